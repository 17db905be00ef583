import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, scoreSection } from '@spotbench/core';
import { runCell } from '../../cell/run-cell.ts';
import { findCell } from '../../plan/find-cell.ts';
import { makePlan } from '../../plan/plan.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../../testing/tiny-workspace.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { report } from '../report.ts';
import { compareConventions, type ConventionTable } from './compare-conventions.ts';
import { CONVENTIONS, type PredictedRun } from './convention-values.ts';
import { conventionsText } from './conventions-text.ts';

const GENES = Array.from({ length: 80 }, (_, g) => `G${String(g).padStart(2, '0')}`);
const SPOTS = Array.from({ length: 60 }, (_, i) => `s${i}`);

/** Two sections of two patients: `level` of section and gene, and what the spots of a section add to it. */
function run(predict: (truth: number, level: number, noise: number) => number): PredictedRun {
  const sections = ['A1', 'B1'].map((section, s) => {
    const random = createRandom(5, section);
    const truth = new Float32Array(SPOTS.length * GENES.length);
    const prediction = new Float32Array(truth.length);
    for (let k = 0; k < truth.length; k++) {
      const level = 10 * s + (k % GENES.length);
      truth[k] = level + random.normal();
      prediction[k] = predict(truth[k], level, random.normal());
    }
    const named = (values: Float32Array) => ({ spotIds: SPOTS, genes: GENES, values });
    const pair = { truth: named(truth), prediction: named(prediction) };
    return { section, patient: section.charAt(0), pair, rows: scoreSection(pair) };
  });
  const own = { 'HVG-50': GENES.slice(0, 50), 'HEG-50': GENES.slice(30), all: GENES };
  return { seed: 0, sections, sets: { A1: own, B1: own } };
}

const valuesOf = (of: PredictedRun): Record<string, number | null> =>
  Object.fromEntries(CONVENTIONS.map(({ name, value }) => [name, value(of)]));

describe('CONVENTIONS', () => {
  it('a constant within each section scores 0 by gene within section, and nearly 1 pooled and per spot', () => {
    const found = valuesOf(run((_truth, level) => level));
    for (const name of ['headline', 'zero-undefined', 'heg', 'panel', 'hvg-test', 'heg-test', 'best-50'])
      expect(found[name], name).toBe(0);
    expect(found['drop-undefined']).toBeNull();
    for (const name of ['panel-pooled', 'hvg-pooled', 'heg-pooled', 'per-spot'])
      expect(found[name], name).toBeGreaterThan(0.9);
  });

  it('choosing genes afterwards lifts pure noise, and the noise floor says by how much', () => {
    const found = valuesOf(run((_truth, _level, noise) => noise));
    expect(Math.abs(found.panel!)).toBeLessThan(0.03);
    expect(found['best-50']!).toBeGreaterThan(0.03);
    expect(found['best-50-noise']!).toBeGreaterThan(0.03);
    expect(Math.abs(found['best-50']! - found['best-50-noise']!)).toBeLessThan(0.03);
  });

  it('the truth itself scores 1 everywhere but on shuffled truth', () => {
    const { 'best-50-noise': floor, ...rest } = valuesOf(run((truth) => truth));
    for (const [name, value] of Object.entries(rest)) expect(value, name).toBeCloseTo(1, 5);
    expect(floor!).toBeLessThan(0.2);
  });

  it('has no name twice', () => {
    expect(new Set(CONVENTIONS.map(({ name }) => name)).size).toBe(CONVENTIONS.length);
  });
});

describe('compareConventions', () => {
  let workspace: Workspace;
  let tables: ConventionTable[];
  beforeAll(async () => {
    workspace = await tinyWorkspace();
    const lift = '(Number(data.genes[k % G].slice(4)) % 7 - 3)';
    const cue = `${lift} * slide.features.values[2 * Math.floor(k / G)]`;
    const predicting = (value: string, fit = ''): string =>
      `const G = data.genes.length; ${fit}
       return { selectedBy: 'test', parameterCount: 0, async predict(slide) {
         return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) => ${value});
       } };`;
    // `maps` knows where, `levels` knows how much on average: which is better is a matter of convention
    addMethod(workspace, 'maps', predicting(cue), 'method');
    addMethod(workspace, 'levels', predicting(`${lift} + 0.001 * Math.sin(k)`), 'method');
    addMethod(workspace, 'flat', predicting('1'));
    addMethod(workspace, 'broken', predicting('1', `if (data.train[0].patient !== 'B') throw new Error('no');`));
    for (const { id } of makePlan(workspace).cells) await runCell(workspace, findCell(workspace, id));
    tables = await compareConventions(workspace, makePlan(workspace));
  });
  afterAll(() => removeWorkspace(workspace));

  const row = (name: string) => tables[0].conventions.find((convention) => convention.name === name)!;

  it('starts from the number of the leaderboard', async () => {
    const { board } = await report(workspace, {});
    for (const name of ['maps', 'levels', 'flat']) {
      const expected = board.rankings[0].rows.find(({ method }) => method === name)!.scores['HVG-50'].pcc.value!;
      expect(row('headline').values[name]).toBeCloseTo(expected, 12);
    }
  });

  it('shows ranks move: per spot, the method that knows levels alone wins', () => {
    expect(row('headline')).toMatchObject({ ranks: { maps: 1, levels: 2 }, moved: 0, furthest: 0, tau: 1 });
    expect(row('per-spot')).toMatchObject({ ranks: { maps: 2, levels: 1 }, moved: 2, furthest: 1, tau: -1 });
    expect(row('headline').ranks).not.toHaveProperty('flat');
  });

  it('leaves out and names methods that lack cells, in a table for the terminal', () => {
    expect(tables[0]).toMatchObject({ incomplete: ['broken'], synthetic: true });
    const text = conventionsText(tables);
    expect(text).toMatch(/^tiny \(SYNTHETIC\), patient-out, frozen: one set of predictions/);
    expect(text).toMatch(/\nHVG-50, headline +0\.\d{3} \(1\) +-?0\.\d{3} .* 1\.00 +0\n/);
    expect(text).toContain('Left out, for want of cells: broken.');
    expect(conventionsText([{ ...tables[0], methods: [] }])).toMatch(/No method has all its cells yet/);
  });
});
