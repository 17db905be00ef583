/** Scores shared through a remote cache: read by everybody, written with the token only, and never trusted. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remoteCacheServer } from '../scripts/remote-cache-server.ts';
import { startSpotbench } from './processes.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const PART = ['--dataset', 'demo', '--protocol', 'patient-out', '--fold', '0', '--method', 'zeros,ridge'];
const RUN = ['run', ...PART];
const CELL = (method: string): string => `demo--patient-out--frozen--${method}--fold0--seed0`;

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

  it('cannot slip damaged bytes in', async () => {
    const expected = table();
    const time = startTime();
    for (const name of entries()) {
      const path = at('remote', name);
      const bytes = readFileSync(path);
      // Well inside the archive: in the bytes of some file of the artefact.
      for (const share of [0.3, 0.5, 0.7]) bytes[Math.floor(bytes.length * share)] ^= 1;
      writeFileSync(path, bytes);
    }
    const said = await runElsewhere();
    expect(said).toMatch(/left no intact record .* running them again/);
    expect(said).toContain(`a remote cache was read, ${new URL(address).host}`);
    expect(startTime()).not.toBe(time);
    expect(table()).toBe(expected);
    expect(copy.spotbench('cache', 'verify').code).toBe(0);
  });
});
