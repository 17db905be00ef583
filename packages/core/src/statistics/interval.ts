import { normalTail, studentQuantile } from './distributions.ts';

/** Quantile of sorted values with linear interpolation (type 7 of Hyndman and Fan, The American Statistician 50, 1996). */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/**
 * Probability cut from each end of the bootstrap draws of a mean over n units, for the given confidence level:
 * Phi(-sqrt(n / (n - 1)) t), t the Student quantile with n - 1 degrees of freedom. Plain percentiles are too narrow for few
 * units, for they divide by n instead of n - 1 and use normal instead of Student tails: at n = 8 a 95% interval covers 89%.
 * Source: Hesterberg, The American Statistician 69 (2015), 371-386 (the "expanded percentile" interval).
 */
export function expandedTail(n: number, level: number): number {
  return normalTail(Math.sqrt(n / (n - 1)) * studentQuantile((1 - level) / 2, n - 1));
}

/** Defined (not NaN) draws in rising order. */
function sortedDraws(draws: Float64Array): Float64Array {
  return draws.filter((value) => !Number.isNaN(value)).sort();
}

/** Percentile interval of bootstrap draws of a mean over `units` units; null where no draw has a value. */
export function percentileInterval(
  draws: Float64Array,
  units: number,
  level: number,
): readonly [number, number] | null {
  const sorted = sortedDraws(draws);
  if (sorted.length === 0 || units < 2) return null;
  const tail = expandedTail(units, level);
  return [quantileOfSorted(sorted, tail), quantileOfSorted(sorted, 1 - tail)];
}
