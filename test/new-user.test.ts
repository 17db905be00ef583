/** A new user's path: a method and a data set from nothing to a row of the leaderboard, and the lines that were edited for it. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Board } from '@spotbench/bench';
import { runCommand } from './tutorial/run-steps.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

let copy: WorkspaceCopy;
beforeAll(() => {
  copy = copyWorkspace();
});
afterAll(() => copy.remove());

const git = (...args: readonly string[]): string => {
  const name = ['-c', 'user.name=new', '-c', 'user.email=new@example.org'];
  const { status, stdout, stderr } = spawnSync('git', [...name, ...args], { cwd: copy.root, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout.trim();
};

/** Changes what the method computes: a line of its model. */
function edit(path: string, from: string, to: string): void {
  const text = readFileSync(join(copy.root, path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(copy.root, path), text.replace(from, to));
}

it('a generated method on a generated data set is a row of the leaderboard', { timeout: 600_000 }, () => {
  writeFileSync(join(copy.root, '.gitignore'), 'node_modules\n.nx\n.spotbench\nresults\n');
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'a clone');
  const sh = (line: string): string => runCommand(copy.root, line);

  sh('npx spotbench data read demo');
  sh('mv .spotbench/raw/demo .spotbench/raw/new-data');
  sh('npx nx g @spotbench/bench:dataset new-data --format her2st --data .spotbench/raw/new-data');
  sh('npx nx g @spotbench/bench:method new-method --kind regression');
  // Nothing that was there is touched but datasets.json, and of that no line but the one that gets a comma.
  expect(git('status', '--porcelain')).toBe('M datasets.json\n?? packages/new-method/');
  const [added, removed] = git('diff', '--numstat').split('\t').map(Number);
  expect(added).toBeGreaterThan(10);
  expect(removed).toBeLessThanOrEqual(1);
  git('add', '.');
  git('commit', '-qm', 'as generated');

  edit('packages/new-method/src/config.ts', 'default(0.1)', 'default(0.2)');
  edit('packages/new-method/src/model.ts', '0.01 * random.normal()', '0.001 * random.normal()');
  const edited = git('diff', '--numstat').split('\n');
  expect(edited).toEqual(['1\t1\tpackages/new-method/src/config.ts', '1\t1\tpackages/new-method/src/model.ts']);

  sh('npx spotbench run --dataset new-data --protocol patient-out --method new-method,zeros,ridge --seed 0');
  const board = JSON.parse(readFileSync(join(copy.root, 'results', 'local', 'leaderboard.json'), 'utf8')) as Board;
  const [{ dataset, rows }] = board.rankings;
  const row = rows.find(({ method }) => method === 'new-method')!;
  expect({ dataset, ...row }).toMatchObject({ dataset: 'new-data', kind: 'method', cells: { ok: 3, total: 3 } });
  // The cohort's genes follow its images: a method that learns anything from the features is above 0.
  expect(row.scores['HVG-50'].pcc.value).toBeGreaterThan(0.1);
});
