import type { Metric } from './metric.ts';
import { pairMoments, whyUndefined } from './pair-moments.ts';
import { centredDoubledRanks, rankScratch, type RankScratch } from './ranks.ts';

/** Scratch memory for Spearman's rho of columns of n values. */
export interface SpearmanScratch extends RankScratch {
  readonly truthRanks: Int32Array;
  readonly predRanks: Int32Array;
}

/** Memory for `spearmanOf` on columns of `n` values. */
export function spearmanScratch(n: number): SpearmanScratch {
  return { ...rankScratch(n), truthRanks: new Int32Array(n), predRanks: new Int32Array(n) };
}

/** Spearman's rho of two columns [n] that vary: Pearson's r of their ranks, ties averaged, in whole numbers. */
export function spearmanOf(truth: Float32Array, prediction: Float32Array, scratch: SpearmanScratch): number {
  const { truthRanks, predRanks } = scratch;
  const truthSquares = centredDoubledRanks(truth, truthRanks, scratch);
  const predSquares = centredDoubledRanks(prediction, predRanks, scratch);
  let products = 0;
  for (let i = 0; i < truth.length; i++) products += truthRanks[i] * predRanks[i];
  // one root of the product: for equal columns it gives back their square exactly, so the oracle scores 1 and not almost 1
  const rho = products / Math.sqrt(truthSquares * predSquares);
  return Math.max(-1, Math.min(1, rho));
}

export const spearman: Metric<'spearman'> = {
  name: 'spearman',
  title: 'Spearman rank correlation',
  formula: String.raw`\rho = r(\operatorname{rank}(t), \operatorname{rank}(p))`,
  reference: 'Spearman, The American Journal of Psychology 15 (1904), 72-101',
  scope: 'gene within a section',
  unit: 'none',
  range: [-1, 1],
  direction: 'higher is better',
  ties: 'equal values share the mean of their ranks',
  undefinedMeans:
    'As for Pearson: constant truth or fewer than 3 spots excluded and counted; constant prediction or missing gene 0 and counted.',
  compute: (truth, prediction) =>
    whyUndefined(pairMoments(truth, prediction)) === null
      ? spearmanOf(truth, prediction, spearmanScratch(truth.length))
      : null,
};
