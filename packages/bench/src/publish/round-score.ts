import type { GeneScore } from '@spotbench/core';

/**
 * Digits that a published score of one gene keeps. Four move the mean of 50 genes by about 1e-6, far inside any interval; all
 * seventeen would make the committed files 3.4 times as large.
 */
const SCORE_DIGITS = 4;

/** To `SCORE_DIGITS` significant digits. */
export function roundScore(value: number): number {
  return Number(value.toPrecision(SCORE_DIGITS));
}

/** What is published of a row: rounded scores, the truth's moments in full, and nothing of the prediction's. */
export type PublishedScore = Pick<GeneScore, 'gene' | 'nSpots' | 'truthMean' | 'truthVar' | 'undefined'> &
  Pick<GeneScore, 'pcc' | 'spearman' | 'mse' | 'mae'>;

/** R2 = 1 - MSE / variance of the truth; null where the truth is constant or spots are too few. */
export function r2Of({ mse, truthVar, undefined: reason }: PublishedScore): number | null {
  if (mse === null || truthVar === null || reason === 'constant_truth' || reason === 'too_few') return null;
  return 1 - mse / truthVar;
}
