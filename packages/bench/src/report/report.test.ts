import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { runCell } from '../cell/run-cell.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { boardSchema, type Board, type Ranking } from './board-schema.ts';
import { boardText } from './board-text.ts';
import { report } from './report.ts';

const fitted = (value: string): string => `
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict(slide) {
    return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) => ${value});
  } };`;

let workspace: Workspace;
let ranking: Ranking;
let board: Board;

beforeAll(async () => {
  workspace = await tinyWorkspace();
  addMethod(workspace, 'good', fitted('(k % G) * slide.features.values[2 * Math.floor(k / G)]'), 'method');
  addMethod(workspace, 'other', fitted('Math.sin(k)'), 'method');
  addMethod(workspace, 'flat', fitted('1'));
  addMethod(
    workspace,
    'broken',
    `if (data.train[0].patient !== 'B') throw new Error('only likes B | really'); ${fitted('1')}`,
  );
  for (const cell of makePlan(workspace, { datasets: ['tiny'] }).cells)
    await runCell(workspace, findCell(workspace, cell.id));
  ({ board } = await report(workspace, { datasets: ['tiny'] }));
  ranking = board.rankings[0];
});
afterAll(() => removeWorkspace(workspace));

const file = (name: string): string => readFileSync(join(workspace.localResults, name), 'utf8');
const row = (method: string) => ranking.rows.find((r) => r.method === method)!;

describe('report', () => {
  it('makes one ranking with every method, ranking methods and not controls', () => {
    expect(board.rankings).toHaveLength(1);
    expect(
      ranking.rows
        .filter((r) => r.kind === 'method')
        .map((r) => r.rank)
        .sort(),
    ).toEqual([1, 2]);
    expect(row('flat').rank).toBeNull();
    expect(ranking.patients).toEqual(['A', 'B', 'C']);
    expect(ranking.statistics).toMatch(/3 patients: smallest attainable two-sided p 0.25/);
  });

  it('gives every number an interval, what it rests on, and the count of undefined values', () => {
    const { pcc, mse } = row('good').scores['HVG-50'];
    expect(pcc).toMatchObject({ nSections: 4, nPatients: 3, nSeeds: 1, unit: 'patient' });
    // Each fold fits its own 50 genes; the number of a table is about their union.
    expect(pcc.nGenes).toBeGreaterThanOrEqual(50);
    expect(pcc.nGenes).toBeLessThanOrEqual(60);
    expect(pcc.ci![0]).toBeLessThanOrEqual(pcc.value!);
    expect(pcc.ci![1]).toBeGreaterThanOrEqual(pcc.value!);
    expect(mse.value).toBeGreaterThan(0);
    expect(row('flat').scores['HVG-50'].pcc).toMatchObject({ value: 0, nUndefined: { constant_pred: 200 } });
  });

  it('shows a method with a failed cell with the reason and without a number', () => {
    expect(row('broken').scores).toEqual({});
    expect(row('broken').cells.total).toBe(3);
    expect(row('broken').failures.length).toBeGreaterThan(0);
    expect(row('broken').failures[0].reason).toBe('only likes B | really');
    expect(file('leaderboard.md')).toMatch(/\| control \| broken \| failed \| failed/);
  });

  it('writes files that agree, fit the schema, hold no NaN, no time and no path of this machine', () => {
    expect(boardSchema.parse(JSON.parse(file('leaderboard.json')))).toEqual(board);
    const lines = parse<Record<string, string>>(file('leaderboard.csv'), { columns: true });
    const found = lines.find((l) => l.method === 'good' && l.set === 'HVG-50' && l.metric === 'pcc')!;
    expect(Number(found.value)).toBe(row('good').scores['HVG-50'].pcc.value);
    expect(lines.filter((l) => l.method === 'broken')).toHaveLength(1);
    const year = String(new Date().getFullYear());
    for (const name of ['leaderboard.json', 'leaderboard.csv', 'leaderboard.md']) {
      expect(file(name)).not.toMatch(/NaN|Infinity|undefined PCC/);
      expect(file(name)).not.toContain(workspace.root);
      expect(file(name)).not.toContain(`${year}-`);
    }
    expect(file('costs.csv').split('\n')).toHaveLength(makePlan(workspace, { datasets: ['tiny'] }).cells.length + 2);
  });

  it('fits into a terminal', () => {
    const text = boardText(board);
    expect(text).toMatch(/^tiny \(SYNTHETIC\), patient-out, frozen: PCC\n/);
    expect(text).toMatch(/\n +1\. (good|other) +-?0\.\d{3} +-?0\.\d{3} +-?0\.\d{3}\n/);
    expect(text).toMatch(/\n +broken +failed +failed +failed\n/);
  });

  it('gives the same bytes again, whatever order the cells were run in', async () => {
    const before = file('leaderboard.json');
    const cells = makePlan(workspace, { datasets: ['tiny'], methods: ['good', 'flat'] }).cells;
    for (const cell of [...cells].reverse()) await runCell(workspace, findCell(workspace, cell.id));
    await report(workspace, { datasets: ['tiny'] });
    expect(file('leaderboard.json')).toBe(before);
  });
});
