import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { downloadFile } from './download-file.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, open: vi.fn(real.open) };
});

let folder: string;
let server: Server;
let requests = 0;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spotbench-full-'));
  server = createServer((_request, response) => {
    requests++;
    response.writeHead(200, { etag: '"one"' }).end('content');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a full disk is said at once, and is no reason to ask again', async () => {
  const urls = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
  const path = join(folder, 'file.bin');
  const { open: realOpen } = await vi.importActual<typeof promises>('node:fs/promises');
  vi.mocked(promises.open).mockImplementationOnce(async (...parameters) => {
    const file = await realOpen(...parameters);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    vi.spyOn(file, 'writeFile').mockRejectedValue(full);
    return file;
  });
  const failed = downloadFile({ urls, path }, { backOffMs: 1 });
  await expect(failed).rejects.toMatchObject({ tag: 'missing-data' });
  await expect(failed).rejects.toThrow(/file\.bin\.part: could not be written: ENOSPC.*make room/);
  expect(requests).toBe(1);
  await downloadFile({ urls, path });
  expect(readFileSync(path, 'utf8')).toBe('content');
});
