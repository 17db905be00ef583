import type { Metric } from './metric.ts';
import { pairMoments, type PairMoments } from './pair-moments.ts';

/** Mean squared error from moments; null without spots. */
export function mseFrom(moments: PairMoments): number | null {
  return moments.n === 0 ? null : moments.squaredError / moments.n;
}

export const mse: Metric<'mse'> = {
  name: 'mse',
  title: 'Mean squared error',
  formula: String.raw`\mathrm{MSE} = \frac{1}{n} \sum_i (t_i - p_i)^2`,
  reference: 'Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 2.4',
  scope: 'gene within a section',
  unit: 'square of the unit of expression',
  range: [0, null],
  direction: 'lower is better',
  ties: 'no special role',
  undefinedMeans: 'Always defined where there is a spot. A gene the method did not return scores as a prediction of 0.',
  compute: (truth, prediction) => mseFrom(pairMoments(truth, prediction)),
};
