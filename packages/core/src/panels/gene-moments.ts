import type { CountMatrix } from '../contracts/counts.ts';
import { mapColumns, spotCount } from '../counts/csr.ts';
import { forEachTarget, type TargetRule } from '../expression/target-rule.ts';

/** Mean and variance of the target of each gene over the spots of one section, rounded to 2^-28. [G] each */
export interface GeneMoments {
  readonly mean: Float64Array;
  /** Divided by N. */
  readonly variance: Float64Array;
}

/**
 * Sums are kept in whole units of 2^-28, where float64 adds exactly, and so are the results, which are added up over
 * sections: the order of spots and sections cannot change a bit, so it cannot change which gene is chosen. Squares are at
 * most ln(10001)^2 = 85, so sums stay below 2^53 for up to 390,000 spots; one value is off by at most 2e-9.
 */
const UNIT = 2 ** 28;

/**
 * mean_g = sum_i v(i, g) / N and variance_g = sum_i v(i, g)^2 / N - mean_g^2 of the target values v over the N spots, zero
 * ones included. @throws RangeError when there are no spots or too many for exact sums.
 */
export function geneMoments(counts: CountMatrix, genes: readonly string[], rule: TargetRule): GeneMoments {
  const n = spotCount(counts);
  if (n < 1 || n > 390_000) throw new RangeError(`geneMoments: needs 1..390000 spots, got ${n}`);
  const sums = new Float64Array(genes.length);
  const squares = new Float64Array(genes.length);
  forEachTarget(counts, mapColumns(counts, genes), rule, (_, g, value) => {
    sums[g] += Math.round(value * UNIT);
    squares[g] += Math.round(value * value * UNIT);
  });
  const mean = sums.map((sum) => sum / UNIT / n);
  const variance = squares.map((sum, g) => Math.max(0, sum / UNIT / n - mean[g] ** 2));
  return { mean: mean.map(toUnit), variance: variance.map(toUnit) };
}

const toUnit = (value: number): number => Math.round(value * UNIT) / UNIT;
