/** Scores shared through a remote cache: read by everybody, written with the token only, and never trusted. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remoteCacheServer } from '../scripts/remote-cache-server.ts';
import { startSpotbench } from './processes.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const PART = ['--dataset', 'demo', '--protocol', 'patient-out', '--fold', '0', '--method', 'zeros,ridge'];
const RUN = ['run', ...PART];
const CELL = (method: string): string => `demo--patient-out--frozen--${method}--fold0--seed0`;

/** Changes a digit of the first score in an entry's archive, which stays a sound one. @returns false where it holds no scores. */
function changeScore(path: string): boolean {
  const tar = gunzipSync(readFileSync(path));
  // A file's name stands at the start of its header, a block of 512 bytes before its content.
  const header = tar.indexOf('scores.csv\0');
  if (header < 0) return false;
  const content = 512 * (Math.floor(header / 512) + 1);
  const digit = tar.indexOf('0.', content) + 4;
  expect(tar.toString('latin1', digit, digit + 1)).toMatch(/\d/);
  tar[digit] ^= 1;
  writeFileSync(path, gzipSync(tar));
  return true;
}

let copy: WorkspaceCopy;
beforeAll(() => {
  copy = copyWorkspace();
});
afterAll(() => copy.remove());

const at = (...parts: string[]): string => join(copy.root, ...parts);
const table = (): string => readFileSync(at('results', 'local', 'leaderboard.json'), 'utf8');

describe('a remote cache', { timeout: 900_000 }, () => {
  const TOKEN = 'a-token-for-writers';
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = remoteCacheServer({ folder: at('remote'), token: TOKEN });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  /** Runs on a machine that has nothing but what the server gives it. */
  async function runElsewhere(token?: string): Promise<string> {
    for (const folder of ['.spotbench', '.nx', 'results']) rmSync(at(folder), { recursive: true, force: true });
    const { code, stdout, stderr } = await startSpotbench(copy.root, RUN, {
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: address,
      ...(token !== undefined && { NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token }),
    }).ended;
    expect(code, stderr).toBe(0);
    return stdout;
  }
  const startTime = (): string =>
    (JSON.parse(readFileSync(at('.spotbench', 'runs', CELL('ridge'), 'run.json'), 'utf8')) as { startedAt: string })
      .startedAt;
  const entries = (): string[] => readdirSync(at('remote'));

  it('is only read without its token, filled with it, and read by the next machine', async () => {
    await runElsewhere('another');
    expect(entries()).toEqual([]);
    await runElsewhere(TOKEN);
    expect(entries()).toHaveLength(3);
    const [time, expected] = [startTime(), table()];
    await runElsewhere();
    expect(startTime()).toBe(time);
    expect(table()).toBe(expected);
  });

  it('cannot slip a changed score in', async () => {
    const expected = table();
    const time = startTime();
    const changed = entries().filter((name) => changeScore(at('remote', name)));
    expect(changed).toHaveLength(2);
    const said = await runElsewhere();
    // Nx unpacked it, for it is a sound archive; what was in it is not what its cell left.
    expect(said).toMatch(/2 cells left no intact record .*scores\.csv: .* another checksum.*running them again/);
    expect(said).toContain(`a remote cache was read, ${new URL(address).host}`);
    expect(startTime()).not.toBe(time);
    expect(table()).toBe(expected);
    expect(copy.spotbench('cache', 'verify').code).toBe(0);
  });
});
