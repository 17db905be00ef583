import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, writeFile: vi.fn(real.writeFile) };
});

it('a full disk leaves no mark that would stop the next process', async () => {
  const root = mkdtempSync(join(tmpdir(), 'spotbench-mark-'));
  vi.mocked(promises.writeFile).mockImplementationOnce((path) => {
    writeFileSync(path as string, '');
    return Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' }));
  });
  const work = (): Promise<string> => Promise.resolve('done');
  await expect(oneAtATime(root, work)).rejects.toThrow(`${root}: cannot be written to: ENOSPC`);
  expect(readdirSync(root)).toEqual([]);
  await expect(oneAtATime(root, work)).resolves.toBe('done');
  rmSync(root, { recursive: true });
});
