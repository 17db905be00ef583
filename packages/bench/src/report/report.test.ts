import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { runCell } from '../cell/run-cell.ts';
import { addMethod, fitted, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { cellState } from '../results/cell-state.ts';
import { buildBoard } from './build-board.ts';
import { boardSchema, type Board, type Ranking } from './board-schema.ts';
import { boardText } from './board-text.ts';
import { report } from './report.ts';

/** What the counts follow: genes in proportion to their number modulo 7, so of the normalised ones some rise and some fall. */
const cue = '(Number(data.genes[k % G].slice(4)) % 7 - 3) * slide.features.values[2 * Math.floor(k / G)]';
/** Stand-ins for the controls of the benchmark: what they predict matters less here than that they are there. */
const CONTROLS: Record<string, string> = {
  zeros: '0',
  'training-mean': '1',
  noise: 'Math.sin(7 * k)',
  'position-only': 'Math.sin(k / G)',
  'library-size': 'Math.cos(k)',
  'nearest-neighbours': `Math.round(${cue})`,
  ridge: `${cue} + 0.5 * Math.sin(3 * k)`,
  oracle: cue,
};

let workspace: Workspace;
let ranking: Ranking;
let board: Board;

beforeAll(async () => {
  workspace = await tinyWorkspace();
  addMethod(workspace, 'good', fitted(`${cue} + Math.sin(k)`), 'method');
  addMethod(workspace, 'other', fitted('Math.sin(k)'), 'method');
  addMethod(workspace, 'flat', fitted('1'));
  for (const [name, value] of Object.entries(CONTROLS)) addMethod(workspace, name, fitted(value));
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
    expect(Number(found.scaled)).toBe(row('good').scaled['HVG-50'].value);
    expect(lines.find((l) => l.method === 'other')!.marks).toBe(row('other').marks.join(' '));
    expect(file('leaderboard.md')).toMatch(/\| \*\*other\*\*( ▽)? ~ \|/);
    expect(file('leaderboard.md')).toMatch(/Average ranks over 3 patients: .* No critical difference: 3 patients/);
    expect(lines.filter((l) => l.method === 'broken')).toHaveLength(1);
    const year = String(new Date().getFullYear());
    for (const name of ['leaderboard.json', 'leaderboard.csv', 'leaderboard.md']) {
      expect(file(name)).not.toMatch(/NaN|Infinity|undefined PCC/);
      expect(file(name)).not.toContain(workspace.root);
      expect(file(name)).not.toContain(`${year}-`);
    }
    expect(file('costs.csv').split('\n')).toHaveLength(makePlan(workspace, { datasets: ['tiny'] }).cells.length + 2);
  });

  it('holds every method against ridge and position-only, and marks what is not ahead', () => {
    expect(row('other').marks).toContain('not-told-apart-from-ridge');
    for (const name of ['good', 'other']) {
      const { against, marks, scores } = row(name);
      expect(against.map(({ b }) => b)).toEqual(['position-only', 'ridge']);
      for (const { b, difference, ci } of against) {
        const expected = scores['HVG-50'].pcc.value! - row(b).scores['HVG-50'].pcc.value!;
        expect(difference).toBeCloseTo(expected, 12);
        expect(ci![0]).toBeLessThanOrEqual(difference);
        expect(ci![1]).toBeGreaterThanOrEqual(difference);
      }
      expect(marks.includes('below-position-only')).toBe(against[0].difference < 0);
    }
    expect(row('ridge')).toMatchObject({ marks: [], against: [] });
  });

  it('scales between the training mean and the oracle, which are 0 and 1', () => {
    const scaled = (method: string) => row(method).scaled['HVG-50'];
    expect(scaled('oracle')).toEqual({
      metric: 'pcc',
      value: 1,
      reason: null,
      control: 'training-mean',
      oracle: 'oracle',
    });
    expect(scaled('training-mean').value).toBe(0);
    const [value, oracle] = ['good', 'oracle'].map((name) => row(name).scores['HVG-50'].pcc.value!);
    expect(scaled('good').value).toBeCloseTo(value / oracle, 12);
  });

  it('has pairs, the smallest p, average ranks and the patients of each score', () => {
    expect(ranking.pairs).toHaveLength(1);
    expect(ranking.pairs[0]).toMatchObject({ p: 0.25, significant: false });
    expect(ranking.smallestP).toEqual({ nPatients: 3, p: 0.25, pHolm: 0.25 });
    expect(ranking.criticalDifference).toMatchObject({ nPatients: 3, nMethods: 2, cd: null });
    expect(ranking.criticalDifference!.reason).toMatch(/3 patients: with fewer than 6/);
    const patients = Object.values(row('good').patients['HVG-50']);
    expect(patients.reduce((a, b) => a + b, 0) / 3).toBeCloseTo(row('good').scores['HVG-50'].pcc.value!, 12);
  });

  it('has the similarities of whole sections beside the scores', () => {
    const { geneGene, ssim, ari } = row('oracle').similarities;
    expect(geneGene).toMatchObject({ reason: null, nSections: 4, nPatients: 3 });
    expect(geneGene.value!).toBeGreaterThan(row('noise').similarities.geneGene.value!);
    expect(row('zeros').similarities.geneGene.value).toBe(0);
    expect(ssim).toEqual({ value: null, reason: 'no_raster', nSections: 0, nPatients: 0 });
    expect(ari.reason).toBe('no_labels');
    expect(row('broken').similarities).toEqual({});
    expect(file('leaderboard.md')).toMatch(/\| oracle \| 0\.\d{3} \(4 sections\) \|.*n\/a: no labels/);
  });

  it('looks controls up that a selection leaves out', async () => {
    const { rankings } = await buildBoard(workspace, makePlan(workspace, { datasets: ['tiny'], methods: ['good'] }));
    expect(rankings[0].rows.map((r) => r.method).sort()).toEqual(['good', ...Object.keys(CONTROLS)].sort());
    expect(rankings[0].rows.find((r) => r.method === 'good')!.rank).toBe(1);
  });

  it('ranks nobody where a control has no scores, and says how to get them', async () => {
    const plan = makePlan(workspace, { datasets: ['tiny'] });
    const all = await Promise.all(plan.cells.map((cell) => cellState(workspace, plan, cell)));
    const states = all.filter(({ cell }) => cell.method !== 'ridge');
    const { rankings, tier, notice } = await buildBoard(workspace, plan, { states, tier: 'published', notice: 'mine' });
    expect({ tier, notice }).toEqual({ tier: 'published', notice: 'mine' });
    expect(rankings[0].controls.missing).toEqual([{ control: 'ridge', reason: 'not run' }]);
    expect(rankings[0].statistics).toMatch(/^not ranked: no scores of the control ridge, .* --method ridge$/);
    expect(rankings[0].rows.every((r) => r.rank === null && r.tieGroup === null && r.rankInterval === null)).toBe(true);
    expect(rankings[0]).toMatchObject({ pairs: [], smallestP: null, criticalDifference: null });
    expect(rankings[0].rows.find((r) => r.method === 'good')!.scores['HVG-50'].pcc.value).toBeGreaterThan(0);
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
