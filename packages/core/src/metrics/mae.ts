import type { Metric } from './metric.ts';
import { pairMoments, type PairMoments } from './pair-moments.ts';

/** Mean absolute error from moments; null without spots. */
export function maeFrom(moments: PairMoments): number | null {
  return moments.n === 0 ? null : moments.absoluteError / moments.n;
}

export const mae: Metric<'mae'> = {
  name: 'mae',
  title: 'Mean absolute error',
  formula: String.raw`\mathrm{MAE} = \frac{1}{n} \sum_i |t_i - p_i|`,
  reference: 'Willmott and Matsuura, Climate Research 30 (2005), 79-82',
  scope: 'gene within a section',
  unit: 'unit of expression',
  range: [0, null],
  direction: 'lower is better',
  ties: 'no special role',
  undefinedMeans: 'Always defined where there is a spot. A gene the method did not return scores as a prediction of 0.',
  compute: (truth, prediction) => maeFrom(pairMoments(truth, prediction)),
};
