import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noise, oracle, positionOnly, ridge, trainingMean } from '@spotbench/controls';
import { createRandom, fitTarget, handcraftedEncoder } from '@spotbench/core';
import type { AnswerControl, FitContext, Method, Section, TrainingSlide } from '@spotbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSection } from '../data/read-section.ts';
import { loadDatasets } from '../datasets/load.ts';
import { locateDataset } from '../datasets/locate.ts';
import { findWorkspace, workspaceAt } from '../workspace/workspace.ts';
import { DEMO_COHORTS, type DemoCohort } from './cohorts.ts';
import { makeDemoCohort } from './demo-cohort.ts';
import { demoGenes } from './genes.ts';

/** Whole cohorts through their reader, the encoder and controls: what was planted is found, and nothing else is. */
const COHORTS = Object.keys(DEMO_COHORTS) as DemoCohort[];
let folder: string;
const slidesOf = new Map<DemoCohort, TrainingSlide[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-demo-'));
  for (const cohort of COHORTS) slidesOf.set(cohort, await trainingSlides(cohort));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const geneNames = (cohort: DemoCohort): string[] => demoGenes(cohort, 0).map(({ name }) => name);

async function trainingSlides(cohort: DemoCohort): Promise<TrainingSlide[]> {
  const workspace = workspaceAt(folder);
  const entry = loadDatasets(findWorkspace()).datasets[cohort];
  await makeDemoCohort(join(workspace.store, 'raw', cohort), { cohort, seed: 0 });
  const slides: TrainingSlide[] = [];
  for (const section of locateDataset(workspace, cohort, entry).present)
    slides.push(await trainingSlide(await readSection(entry, section), geneNames(cohort)));
  return slides;
}

async function trainingSlide(section: Section, genes: readonly string[]): Promise<TrainingSlide> {
  const { id, patient, spots } = section;
  const values = await handcraftedEncoder.encode(section.image, spots);
  return {
    id,
    patient,
    spots,
    features: { encoder: handcraftedEncoder.name, names: handcraftedEncoder.featureNames, values },
    expression: fitTarget('log1p-10k', genes, [section]).apply(section.counts),
    patches: { read: () => Promise.reject(new Error('no patches needed')) },
  };
}

type Control = Method<never> | AnswerControl<never>;

type Rule = (test: TrainingSlide, train: TrainingSlide) => boolean;

/** Mean over held-out sections (of some patients) of the mean per-gene Pearson r, training on sections that `mayTrain`. */
async function meanPcc(cohort: DemoCohort, control: Control, mayTrain: Rule, patients?: string): Promise<number> {
  const [slides, genes] = [slidesOf.get(cohort)!, geneNames(cohort)];
  const config = control.configSchema.parse({});
  const random = createRandom(0, 'order', control.name);
  const context: FitContext<never> = { config, regime: 'frozen', seed: 0, random, engine: 'none', device: 'cpu' };
  const tests = slides.filter(({ patient }) => patients?.includes(patient) ?? true);
  let sum = 0;
  for (const test of tests) {
    const data = { genes, train: slides.filter((slide) => mayTrain(test, slide)), validation: [] };
    const { expression, ...slide } = test;
    const fitted = await control.fit(data, context);
    const predicted = await fitted.predict(slide, expression);
    sum += meanCorrelation(expression.values, predicted, genes.length);
  }
  return sum / tests.length;
}

function meanCorrelation(truth: Float32Array, predicted: Float32Array, G: number): number {
  let sum = 0;
  for (let g = 0; g < G; g++) sum += correlation(truth, predicted, g, G);
  return sum / G;
}

/** Pearson r of gene g; 0 where truth or prediction is constant (no demo gene has a constant truth). */
function correlation(truth: Float32Array, predicted: Float32Array, gene: number, G: number): number {
  let [n, t, p, tp, tt, pp] = [0, 0, 0, 0, 0, 0];
  for (let at = gene; at < truth.length; at += G) {
    const [x, y] = [truth[at] - truth[gene], predicted[at] - predicted[gene]];
    n++;
    t += x;
    p += y;
    tp += x * y;
    tt += x * x;
    pp += y * y;
  }
  const scale = Math.sqrt((n * tt - t * t) * (n * pp - p * p));
  return scale === 0 ? 0 : (n * tp - t * p) / scale;
}

const otherPatients: Rule = (test, train) => test.patient !== train.patient;
const otherSections: Rule = (test, train) => test !== train;

it('takes less than 15 MB in all', async () => {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(15e6);
});

describe.each(COHORTS)('%s', (cohort) => {
  it('ranks the controls on held-out patients: oracle, ridge, then mean and noise', async () => {
    const scores = {
      oracle: await meanPcc(cohort, oracle as Control, otherPatients),
      ridge: await meanPcc(cohort, ridge as Control, otherPatients),
      mean: await meanPcc(cohort, trainingMean as Control, otherPatients),
      noise: await meanPcc(cohort, noise as Control, otherPatients),
    };
    expect(scores.oracle).toBeCloseTo(1 / Math.sqrt(1.25), 2);
    expect(scores.oracle).toBeGreaterThan(scores.ridge + 0.2);
    expect(scores.ridge).toBeGreaterThan(0.15); // 0.20 to 0.23; two patients to learn from
    expect(scores.mean).toBe(0);
    expect(Math.abs(scores.noise)).toBeLessThan(0.02); // 600 correlations or more over some 50 spots: standard error 0.006
  });
});

describe('the demo cohort', () => {
  it('lets the position-only control score between sections of a patient, not between patients', async () => {
    const [within, between] = [
      await meanPcc('demo', positionOnly as Control, otherSections, 'A'),
      await meanPcc('demo', positionOnly as Control, otherPatients, 'A'),
    ];
    expect(within).toBeGreaterThan(between + 0.03);
    expect(Math.abs(between)).toBeLessThan(0.05);
  });
});
