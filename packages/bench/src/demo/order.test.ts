import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noise, oracle, positionOnly, ridge, trainingMean } from '@spotbench/controls';
import { createRandom, fitTarget, handcraftedEncoder, readHer2stSection } from '@spotbench/core';
import type { AnswerControl, FitContext, Method, TrainingSlide } from '@spotbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_SECTIONS, makeDemoCohort } from './demo-cohort.ts';
import { demoGenes } from './genes.ts';

/** The whole cohort through the real reader, encoder and controls: what was planted is found, and nothing else is. */
let folder: string;
const slides: TrainingSlide[] = [];
const genes = demoGenes(0).map(({ name }) => name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-demo-'));
  await makeDemoCohort(join(folder, 'demo'), { seed: 0 });
  for (const id of DEMO_SECTIONS) slides.push(await trainingSlide(id));
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function trainingSlide(id: string): Promise<TrainingSlide> {
  const root = join(folder, 'demo');
  const patient = id.charAt(0);
  const section = await readHer2stSection({
    id,
    patient,
    countsPath: join(root, 'ST-cnts', `${id}.tsv.gz`),
    spotsPath: join(root, 'ST-spotfiles', `${id}_selection.tsv`),
    imagePath: join(root, 'ST-imgs', patient, id, `${id}.jpg`),
  });
  expect(section.report).toMatchObject({
    'unselected-spots': 1,
    'spots-without-counts': 1,
    'counts-without-spot': 1,
  });
  const values = await handcraftedEncoder.encode(section.image, section.spots);
  return {
    id,
    patient,
    spots: section.spots,
    features: { encoder: handcraftedEncoder.name, names: handcraftedEncoder.featureNames, values },
    expression: fitTarget('log1p-10k', genes, [section]).apply(section.counts),
    patches: { read: () => Promise.reject(new Error('no patches needed')) },
  };
}

type Control = Method<never> | AnswerControl<never>;

type Rule = (test: TrainingSlide, train: TrainingSlide) => boolean;

/** Mean over one held-out section of each patient of the mean per-gene Pearson r, training on sections that `mayTrain`. */
async function meanPcc(control: Control, mayTrain: Rule): Promise<number> {
  const config = control.configSchema.parse({});
  const random = createRandom(0, 'order', control.name);
  const context: FitContext<never> = { config, regime: 'frozen', seed: 0, random, engine: 'none', device: 'cpu' };
  const tests = slides.filter(({ id }) => id.endsWith('1'));
  let sum = 0;
  for (const test of tests) {
    const data = { genes, train: slides.filter((slide) => mayTrain(test, slide)), validation: [] };
    const { expression, ...slide } = test;
    const fitted = await control.fit(data, context);
    const predicted = await fitted.predict(slide, expression);
    sum += meanCorrelation(expression.values, predicted);
  }
  return sum / tests.length;
}

function meanCorrelation(truth: Float32Array, predicted: Float32Array): number {
  return genes.reduce((sum, _, g) => sum + correlation(truth, predicted, g), 0) / genes.length;
}

/** Pearson r of gene g; 0 where truth or prediction is constant (no demo gene has a constant truth). */
function correlation(truth: Float32Array, predicted: Float32Array, g: number): number {
  let [n, t, p, tp, tt, pp] = [0, 0, 0, 0, 0, 0];
  for (let at = g; at < truth.length; at += genes.length) {
    const [x, y] = [truth[at] - truth[g], predicted[at] - predicted[g]];
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

describe('the demo cohort', () => {
  it('takes less than 15 MB', async () => {
    const names = await readdir(folder, { recursive: true });
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(15e6);
  });

  it('ranks the controls on held-out patients: oracle, ridge, then mean and noise', async () => {
    const scores = {
      oracle: await meanPcc(oracle as Control, otherPatients),
      ridge: await meanPcc(ridge as Control, otherPatients),
      mean: await meanPcc(trainingMean as Control, otherPatients),
      noise: await meanPcc(noise as Control, otherPatients),
    };
    expect(scores.oracle).toBeCloseTo(1 / Math.sqrt(1.25), 2);
    expect(scores.oracle).toBeGreaterThan(scores.ridge + 0.2);
    expect(scores.ridge).toBeGreaterThan(0.2);
    expect(scores.mean).toBe(0);
    expect(Math.abs(scores.noise)).toBeLessThan(0.02); // 1,200 correlations over 130 spots: standard error 0.003
  });

  it('lets the position-only control score between sections of a patient, not between patients', async () => {
    const [within, between] = [
      await meanPcc(positionOnly as Control, otherSections),
      await meanPcc(positionOnly as Control, otherPatients),
    ];
    expect(within).toBeGreaterThan(between + 0.03);
    expect(Math.abs(between)).toBeLessThan(0.05);
  });
});
