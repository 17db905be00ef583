import { MIN_SPOTS, type Metric } from './metric.ts';
import { pairMoments, type PairMoments } from './pair-moments.ts';

/**
 * Coefficient of determination from moments; null where the truth is constant or spots are too few. Not the square of
 * Pearson's r: a prediction with the right shape in the wrong place is negative.
 */
export function r2From(moments: PairMoments): number | null {
  if (moments.n < MIN_SPOTS || moments.truthIsConstant) return null;
  return 1 - moments.squaredError / moments.truthSquares;
}

export const r2: Metric<'r2'> = {
  name: 'r2',
  title: 'Coefficient of determination',
  formula: String.raw`R^2 = 1 - \frac{\sum_i (t_i - p_i)^2}{\sum_i (t_i - \bar t)^2}`,
  reference: 'Draper and Smith, Applied Regression Analysis (1998), chapter 1',
  scope: 'gene within a section',
  unit: 'none',
  range: [null, 1],
  direction: 'higher is better',
  ties: 'no special role',
  undefinedMeans:
    'Constant truth or fewer than 3 spots: excluded and counted. A constant prediction has a value (0 at the mean of the truth). A gene the method did not return scores as a prediction of 0.',
  compute: (truth, prediction) => r2From(pairMoments(truth, prediction)),
};
