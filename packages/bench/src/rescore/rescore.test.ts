import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { runFolder } from '../results/run-folder.ts';
import { forgeRun } from '../testing/forge-run.ts';
import { addMethod, fitted, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { rescore } from './rescore.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await tinyWorkspace();
  addMethod(workspace, 'wave', fitted('Math.sin(k)'), 'method');
  addMethod(workspace, 'broken', "throw new Error('never works');");
  addMethod(workspace, 'unrun', fitted('1'));
  for (const cell of makePlan(workspace, { methods: ['wave', 'broken'] }).cells)
    await runCell(workspace, findCell(workspace, cell.id));
});
afterEach(() => removeWorkspace(workspace));

const WAVE = 'tiny--patient-out--frozen--wave--fold1--seed0';
const stored = (file: string): string => readFileSync(join(runFolder(workspace, WAVE), file), 'utf8');

const forge = (change: Parameters<typeof forgeRun>[2]): Promise<void> => forgeRun(workspace, WAVE, change);

const better = (text: string): string => text.replace(/(,30,)-?0\.\d+/, '$10.99');

describe('rescore', () => {
  it('makes the stored scores again to the byte, in every fold, and tells what has none', async () => {
    const cells = await rescore(workspace, {}, { check: true });
    const outcome = (method: string): string[] =>
      cells.filter(({ cell }) => cell.includes(`--${method}--`)).map((c) => c.outcome);
    expect(outcome('wave')).toEqual(['equal', 'equal', 'equal']);
    expect(outcome('broken')).toEqual(['no-scores', 'no-scores', 'no-scores']);
    expect(outcome('unrun')).toEqual(['missing', 'missing', 'missing']);
  });

  it('names the line of a score that its predictions do not give, and puts it right', async () => {
    const honest = stored('scores.csv');
    await forge((files) => {
      files['scores.csv'] = Buffer.from(better(files['scores.csv'].toString()));
    });
    expect(stored('scores.csv')).not.toBe(honest);
    const find = async (check: boolean) =>
      (await rescore(workspace, { methods: ['wave'] }, { check })).find(({ cell }) => cell === WAVE)!;
    const found = await find(true);
    expect(found).toMatchObject({ outcome: 'changed', differences: [{ file: 'scores.csv', line: 2 }] });
    expect(found.reason).toMatch(/scores\.csv line 2: stored ".*,0\.99,.*rescored/);
    expect(stored('scores.csv')).not.toBe(honest);
    expect((await find(false)).outcome).toBe('changed');
    expect(stored('scores.csv')).toBe(honest);
    expect((await find(true)).outcome).toBe('equal');
  });

  it('finds a changed prediction', async () => {
    await forge((files) => {
      const name = Object.keys(files).find((file) => file.endsWith('.f32'))!;
      files[name].writeFloatLE(files[name].readFloatLE(0) + 1, 0);
    });
    const [cell] = (await rescore(workspace, { methods: ['wave'], folds: [1] }, { check: true })).slice(0, 1);
    expect(cell.differences.map(({ file }) => file)).toEqual(['scores.csv', 'summary.json']);
  });

  it('refuses predictions without a spot, and of other data', async () => {
    const one = { methods: ['wave'], folds: [1] };
    await forge((files) => {
      const lines = files['predictions/spots.csv'].toString().split('\n');
      files['predictions/spots.csv'] = Buffer.from([...lines.slice(0, 2), ...lines.slice(3)].join('\n'));
    });
    expect((await rescore(workspace, one, { check: true }))[0]).toMatchObject({ outcome: 'failed' });
    const path = join(workspace.root, 'datasets.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"size":55', '"size":54'));
    expect((await rescore(workspace, one, { check: true }))[0].reason).toMatch(/gene panels had hash .* run the cell/);
  });

  it('tells predictions that are not there from a cell that was not run', async () => {
    rmSync(join(runFolder(workspace, WAVE), 'predictions'), { recursive: true });
    const [cell] = await rescore(workspace, { methods: ['wave'], folds: [1] }, { check: true });
    expect(cell).toMatchObject({ outcome: 'failed' });
    expect(cell.reason).toMatch(/listed in manifest\.json but not readable/);
  });
});
