import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDemoCohort } from './demo-cohort.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-demo-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('leaves a folder alone that holds something else', async () => {
  const precious = await mkdtemp(join(folder, 'precious-'));
  await writeFile(join(precious, 'thesis.txt'), 'irreplaceable');
  await expect(makeDemoCohort(precious, { seed: 0 })).rejects.toThrow('needs a folder of its own');
  expect(await readFile(join(precious, 'thesis.txt'), 'utf8')).toBe('irreplaceable');
  await rm(precious, { recursive: true });
});

it('leaves nothing behind when it is stopped midway', async () => {
  const stop = (): void => {
    throw new Error('stopped');
  };
  await expect(makeDemoCohort(join(folder, 'demo'), { seed: 0, onProgress: stop })).rejects.toThrow('stopped');
  expect(await readdir(folder)).toEqual([]);
});
