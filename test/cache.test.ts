/** What a run would find done is explained, and told as commands. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
});
