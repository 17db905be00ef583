import { expect, it } from 'vitest';
import { demoCounts } from './counts.ts';
import { demoGenes } from './genes.ts';
import { activityInSpot, makeProgrammes } from './programmes.ts';
import { squareArray } from './square-array.ts';
import { tissueOutline } from './tissue-outline.ts';
import { breast } from './tissues.ts';

const key = { cohort: 'demo', seed: 1, patient: 'B', section: 'B2' } as const;
const { area, spotDiameterPx } = squareArray;
const programmes = makeProgrammes(key, area, breast.prevalence);
const spots = squareArray.spots(key, tissueOutline(key, area));
const genes = demoGenes('demo', 1);
const counts = demoCounts(key, spots, spotDiameterPx, genes, programmes);

const G = genes.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (f: (i: number) => number): number => a.reduce((sum, _, i) => sum + f(i), 0);
  const covariance = dot((i) => (a[i] - ma) * (b[i] - mb));
  return covariance / Math.sqrt(dot((i) => (a[i] - ma) ** 2) * dot((i) => (b[i] - mb) ** 2));
}

function meanCorrelation(strength: number): number {
  const chosen = genes.flatMap((gene, g) => (gene.strength === strength ? [{ gene, g }] : []));
  const total = spots.map((_, i) => counts.subarray(i * G, (i + 1) * G).reduce((sum, count) => sum + count, 0));
  const values = chosen.map(({ gene, g }) => {
    const programme = gene.programme ?? 'tumour';
    const activity = spots.map((spot) => activityInSpot(programmes, spot, spotDiameterPx)[programme]);
    const level = spots.map((_, i) => Math.log1p((1e4 * counts[i * G + g]) / total[i]));
    return correlation(activity, level);
  });
  return values.reduce((sum, r) => sum + r, 0) / values.length;
}

it('plants expression at the stated strengths: none, weak, medium and strong come in that order', () => {
  const [none, weak, medium, strong] = [0, 0.5, 1, 1.8].map(meanCorrelation);
  // Genes of strength 0 still share a little of the composition, so their mean is near 0, not exactly 0.
  expect(Math.abs(none)).toBeLessThan(0.15);
  expect(weak).toBeGreaterThan(none);
  expect(medium).toBeGreaterThan(weak + 0.05);
  expect(strong).toBeGreaterThan(medium + 0.05);
});

it('counts molecules: whole numbers, about a thousand or more a spot', () => {
  expect(counts).toBeInstanceOf(Uint32Array);
  const mean = counts.reduce((sum, count) => sum + count, 0) / spots.length;
  expect(mean).toBeGreaterThan(1000);
  expect(mean).toBeLessThan(10_000);
});

it('gives other counts for another seed, section and cohort', () => {
  for (const other of [
    { ...key, seed: 2 },
    { ...key, section: 'B1' },
    { ...key, cohort: 'demo-cscc' as const },
  ])
    expect(demoCounts(other, spots, spotDiameterPx, genes, programmes)).not.toEqual(counts);
});
