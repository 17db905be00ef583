/** What a run would find done is explained, told as commands, checked, and made again where it is damaged. */
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '@spotbench/core';
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
const random = createRandom(0, 'damage');
/** Every file below a folder of the workspace. */
function filesBelow(...parts: string[]): string[] {
  const names = readdirSync(at(...parts), { recursive: true, encoding: 'utf8' }).map((name) => at(...parts, name));
  return names.filter((name) => statSync(name).isFile());
}

/** Cuts a file short, or flips one bit of it, at a random place. */
function damage(path: string): void {
  const { size } = statSync(path);
  const place = Math.floor(random.uniform() * size);
  if (random.uniform() < 0.5) {
    truncateSync(path, place);
    return;
  }
  const bytes = readFileSync(path);
  bytes[place] ^= 1 << Math.floor(random.uniform() * 8);
  writeFileSync(path, bytes);
}

function run(): string {
  const { code, stdout, stderr } = copy.spotbench(...RUN);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** One story in order: each step starts from what the one before left. */
describe('the store', { timeout: 900_000 }, () => {
  it('explains what a run would find, and which file changed', () => {
    expect(copy.spotbench('plan', ...PART, '--why').stdout).toMatch(
      /miss {3}2 cells: missing: not run[^]*0 hits, 2 misses/,
    );
    run();
    expect(copy.spotbench('plan', ...PART, '--why').stdout).toMatch(/2 cells: 2 hits, 0 misses\n$/);
    const source = at('packages', 'controls', 'src', 'ridge.ts');
    const text = readFileSync(source, 'utf8');
    appendFileSync(source, '\n// touched\n');
    const why = copy.spotbench('plan', ...PART, '--why').stdout;
    expect(why).toMatch(/miss {3}1 cells: code: packages\/controls\/src\/ridge\.ts\n.*ridge: fold0 seed0/);
    expect(why).toMatch(/2 cells: 1 hits, 1 misses\n$/);
    writeFileSync(source, text);
  });

  it('prints a command for each step and cell', () => {
    const lines = (of: string): string[] =>
      copy
        .spotbench('plan', ...PART, '--commands', of)
        .stdout.trimEnd()
        .split('\n');
    expect(lines('cells').sort()).toEqual(['ridge', 'zeros'].map((m) => `npx spotbench cell ${CELL(m)}`));
    expect(lines('steps')).toEqual([
      'npx spotbench data read demo',
      'npx spotbench features demo --encoder handcrafted',
    ]);
  });

  it('finds damaged files and makes them again: one of each kind, or each in turn with SPOTBENCH_ALL_FILES', () => {
    const expected = table();
    const kinds = ['data', 'features', 'runs'].map((folder) => filesBelow('.spotbench', folder));
    const rounds = process.env.SPOTBENCH_ALL_FILES
      ? kinds.flat().map((file) => [file])
      : [kinds.map((files) => files[Math.floor(random.uniform() * files.length)])];
    for (const files of rounds) {
      files.forEach(damage);
      const { code, stderr } = copy.spotbench('cache', 'verify');
      expect(code).toBe(1);
      for (const file of files) expect(stderr).toContain(file);
      run();
      expect(copy.spotbench('cache', 'verify').code).toBe(0);
      expect(table()).toBe(expected);
    }
  });

  it('does not trust the task cache: what it replays damaged is made again', () => {
    const expected = table();
    const cached = filesBelow('.nx', 'cache').filter((file) => /\/(features|runs)\/.*\.(f32|csv|json)$/.test(file));
    expect(cached.length).toBeGreaterThan(4);
    for (const file of cached) damage(file);
    for (const folder of ['runs', 'features']) rmSync(at('.spotbench', folder), { recursive: true });
    expect(run()).toMatch(/left no intact record/);
    expect(table()).toBe(expected);
    expect(copy.spotbench('cache', 'verify').code).toBe(0);
  });

  it('is pruned of what nothing reads again', () => {
    const json = (...args: string[]): { bytes: number; pruned: { what: string; name: string }[] } =>
      JSON.parse(copy.spotbench('cache', 'prune', '--json', ...args).stdout) as never;
    expect(json('--dry-run').pruned).toEqual([]);
    appendFileSync(at('packages', 'controls', 'src', 'zeros.ts'), '\n// touched\n');
    const lock = at('.spotbench', 'locks', 'cell--gone.json');
    writeFileSync(lock, '{"pid":1,"host":"nowhere"');
    const found = json('--dry-run');
    expect(found.pruned.map(({ what, name }) => [what, name])).toEqual([
      ['stale records', CELL('zeros')],
      ['similarities without their run', `${CELL('zeros')}.json`],
      ['lists of code', expect.stringMatching(/^[0-9a-f]{64}\.json$/)],
      ['stale locks', 'cell--gone.json'],
    ]);
    expect(found.bytes).toBeGreaterThan(1000);
    expect(json()).toMatchObject({ bytes: found.bytes });
    expect(json('--dry-run').pruned).toEqual([]);
    expect(readdirSync(at('.spotbench', 'runs'))).toEqual([CELL('ridge')]);
  });
});
