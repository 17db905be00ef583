import type { Metric } from './metric.ts';
import { pairMoments, whyUndefined, type PairMoments } from './pair-moments.ts';

/**
 * Pearson's r from moments; null where undefined. One root of the product, not a product of roots: for equal columns it is
 * exact, so the oracle scores 1; squares of float32 sums cannot overflow float64. Rounding alone can still carry the
 * quotient past 1 in the last bit, which would leave the metric's range, so it is held to [-1, 1].
 */
export function pearsonFrom(moments: PairMoments): number | null {
  if (whyUndefined(moments) !== null) return null;
  const r = moments.products / Math.sqrt(moments.truthSquares * moments.predSquares);
  return Math.max(-1, Math.min(1, r));
}

export const pearson: Metric<'pcc'> = {
  name: 'pcc',
  title: 'Pearson correlation',
  formula: String.raw`r = \frac{\sum_i (t_i - \bar t)(p_i - \bar p)}{\sqrt{\sum_i (t_i - \bar t)^2 \sum_i (p_i - \bar p)^2}}`,
  reference: 'Pearson, Proceedings of the Royal Society of London 58 (1895), 240-242',
  scope: 'gene within a section',
  unit: 'none',
  range: [-1, 1],
  direction: 'higher is better',
  ties: 'no special role',
  undefinedMeans:
    'Constant truth or fewer than 3 spots: excluded from the headline and counted. Constant prediction or a gene the method did not return: 0 in the headline and counted.',
  compute: (truth, prediction) => pearsonFrom(pairMoments(truth, prediction)),
};
