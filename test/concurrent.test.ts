/** Several processes on one store: nothing is spoilt or left half-written, and the tables are those of one process alone. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSpotbench } from './processes.ts';
import { copyWorkspace, type Outcome, type WorkspaceCopy } from './workspace-copy.ts';

const CELL = 'demo--patient-out--frozen--ridge--fold0--seed0';
const RUN = ['run', '--dataset', 'demo', '--protocol', 'patient-out', '--fold', '0,1', '--method', 'zeros,noise,ridge'];

let copy: WorkspaceCopy;
beforeAll(() => {
  copy = copyWorkspace();
});
afterAll(() => copy.remove());

const at = (...parts: string[]): string => join(copy.root, ...parts);
const table = (): string => readFileSync(at('results', 'local', 'leaderboard.json'), 'utf8');

/** Runs the commands at the same time; every one has to succeed. */
async function together(...commands: string[][]): Promise<Outcome[]> {
  const outcomes = await Promise.all(commands.map((args) => startSpotbench(copy.root, args).ended));
  for (const { code, stderr } of outcomes) expect(code, stderr).toBe(0);
  return outcomes;
}

/** Every checksum of the store holds, and no lock and nothing half-written is left. */
function expectWholeStore(): void {
  const { code, stderr, stdout } = copy.spotbench('cache', 'verify');
  expect(code, stdout + stderr).toBe(0);
  const names = readdirSync(at('.spotbench'), { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.startsWith('locks/') || name.includes('.tmp-'))).toEqual([]);
}

describe('two processes on one store', { timeout: 600_000 }, () => {
  it('read the same data set', async () => {
    const read = ['data', 'read', 'demo', '--json'];
    const hashes = (await together(read, read, read)).map(
      ({ stdout }) => (JSON.parse(stdout) as { hash: string }).hash,
    );
    expect(new Set(hashes).size).toBe(1);
    expectWholeStore();
  });

  it('run the same selection: the second finds it done, and the tables are the same', async () => {
    const [first, second] = await together(RUN, RUN);
    const cached = [first, second].map(({ stdout }) => stdout.includes('all cached'));
    expect(cached.sort()).toEqual([false, true]);
    expect([first, second].some(({ stderr }) => /waiting for process \d+, which runs/.test(stderr))).toBe(true);
    expectWholeStore();
    const expected = table();
    rmSync(at('.spotbench'), { recursive: true });
    rmSync(at('.nx'), { recursive: true });
    expect(copy.spotbench(...RUN).code).toBe(0);
    expect(table()).toBe(expected);
  });

  it('run the same cell', async () => {
    const before = table();
    await together(['cell', CELL], ['cell', CELL], ['cell', CELL]);
    expectWholeStore();
    expect(copy.spotbench('report', ...RUN.slice(1)).code).toBe(0);
    expect(table()).toBe(before);
  });

  it('take over the lock of a process that is gone', () => {
    const lock = at('.spotbench', 'locks', 'run.json');
    mkdirSync(at('.spotbench', 'locks'), { recursive: true });
    // This very process, had it started at another time: its id was given away again.
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), started: '1', id: 'earlier' }));
    const { code, stderr } = copy.spotbench(...RUN);
    expect(code, stderr).toBe(0);
    expectWholeStore();
  });
});
