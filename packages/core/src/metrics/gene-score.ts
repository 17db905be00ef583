import { maeFrom } from './mae.ts';
import type { UndefinedReason } from './metric.ts';
import { mseFrom } from './mse.ts';
import { pairMoments, whyUndefined } from './pair-moments.ts';
import { pearsonFrom } from './pearson.ts';
import { r2From } from './r2.ts';
import { spearmanOf, type SpearmanScratch } from './spearman.ts';

/** Scores of one gene within one section. Undefined values are null, never NaN, and `undefined` says why. */
export interface GeneScore {
  readonly gene: string;
  readonly nSpots: number;
  readonly pcc: number | null;
  readonly spearman: number | null;
  readonly r2: number | null;
  readonly mse: number | null;
  readonly mae: number | null;
  readonly truthMean: number | null;
  /** Population variance (divided by n), so that r2 = 1 - mse / truthVar. */
  readonly truthVar: number | null;
  /** Population variance of the prediction; null where the method did not return the gene. */
  readonly predVar: number | null;
  /** Why `pcc` and `spearman` are null; null where they are not. */
  readonly undefined: UndefinedReason | null;
}

/**
 * Scores of one gene from its columns, both [n]. A gene the method did not return (`missing`) comes with a prediction of
 * zeros: it has no correlation, and its errors are those of zeros, so that leaving out a hard gene never pays.
 */
export function scoreGene(
  gene: string,
  truth: Float32Array,
  prediction: Float32Array,
  missing: boolean,
  scratch: SpearmanScratch,
): GeneScore {
  const moments = pairMoments(truth, prediction);
  const { n } = moments;
  const why = whyUndefined(moments);
  const reason = missing && why === 'constant_pred' ? 'missing_by_method' : why;
  return {
    gene,
    nSpots: n,
    pcc: pearsonFrom(moments),
    spearman: why === null ? spearmanOf(truth, prediction, scratch) : null,
    r2: r2From(moments),
    mse: mseFrom(moments),
    mae: maeFrom(moments),
    truthMean: n === 0 ? null : moments.truthMean,
    truthVar: n === 0 ? null : moments.truthSquares / n,
    predVar: n === 0 || missing ? null : moments.predSquares / n,
    undefined: reason,
  };
}
