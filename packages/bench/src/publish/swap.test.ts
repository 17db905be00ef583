import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishSwap, swapResults } from './swap.ts';

let results: string;
beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), 'spotbench-swap-'));
  fill('old', results);
  writeFileSync(join(results, 'mine'), 'stays');
});
afterEach(() => rmSync(results, { recursive: true, force: true }));

function fill(what: string, folder: string): void {
  mkdirSync(join(folder, 'runs'), { recursive: true });
  writeFileSync(join(folder, 'runs', what), what);
  writeFileSync(join(folder, 'table'), what);
}

const write =
  (what: string) =>
  (folder: string): Promise<void> => {
    fill(what, folder);
    return Promise.resolve();
  };

function writeTable(folder: string): Promise<void> {
  writeFileSync(join(folder, 'table'), 'newer');
  return Promise.resolve();
}

const all = (what: string): void => {
  expect(readdirSync(results).sort()).toEqual(['mine', 'runs', 'table']);
  expect(readdirSync(join(results, 'runs'))).toEqual([what]);
  expect(readFileSync(join(results, 'table'), 'utf8')).toBe(what);
};

const stage = (...path: string[]): string => join(results, '.publishing', ...path);

describe('swapResults', () => {
  it('replaces what is written and leaves the rest', async () => {
    await swapResults(results, write('new'));
    all('new');
  });

  it('leaves everything as it was when something goes wrong', async () => {
    const broken = swapResults(results, (folder) => {
      fill('new', folder);
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    all('old');
  });

  it('throws away what a killed process had not finished writing', async () => {
    fill('new', stage());
    await finishSwap(results);
    all('old');
  });

  it.each([0, 1, 2])('ends the work of a process killed after %i of its renames', async (done) => {
    fill('new', stage());
    writeFileSync(stage('ready.json'), JSON.stringify(['runs', 'table']));
    for (const entry of ['runs', 'table'].slice(0, done)) {
      rmSync(join(results, entry), { recursive: true });
      renameSync(stage(entry), join(results, entry));
    }
    await finishSwap(results);
    all('new');
  });

  it('ends the work of a process killed between removing and renaming', async () => {
    fill('new', stage());
    writeFileSync(stage('ready.json'), JSON.stringify(['runs', 'table']));
    rmSync(join(results, 'runs'), { recursive: true });
    await swapResults(results, writeTable);
    expect(readdirSync(join(results, 'runs'))).toEqual(['new']);
    expect(readFileSync(join(results, 'table'), 'utf8')).toBe('newer');
  });
});
