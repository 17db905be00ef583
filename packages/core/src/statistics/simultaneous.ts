import { normalTail, studentQuantile } from './distributions.ts';
import { quantileOfSorted } from './interval.ts';

/** What ranking needs to know of M methods: larger is better in all of it. */
export interface Standings {
  /** Headline of each method. [M] */
  readonly values: readonly number[];
  /** Draws over shared resamples, without undefined ones. [M][B] */
  readonly draws: readonly Float64Array[];
  /** Number of units at the highest resampled level. */
  readonly units: number;
}

/** Half the width of the paired interval of methods i and j. */
export type HalfWidth = (i: number, j: number) => number;

/**
 * Paired intervals that hold for all pairs of methods at once: difference +- c se, with se the bootstrap standard deviation
 * of the pair's difference and c the `level` quantile of max over pairs of |draw - difference| / se. A tie group is defined
 * against a best method that was picked after looking, which an interval for one pair fixed beforehand does not allow for.
 * c is then widened as `expandedTail` does: c' = sqrt(n / (n - 1)) t(Phi(-c)), for n units.
 *
 * Source: Westfall and Young, Resampling-Based Multiple Testing (1993), section 2.3 (single-step maxT).
 */
export function simultaneousHalfWidths(standings: Standings, level: number): HalfWidth {
  const { values, draws, units } = standings;
  const count = draws[0]?.length ?? 0;
  if (count === 0 || units < 2) return () => Infinity;
  const errors = values.map((_, i) => values.map((_, j) => (j < i ? differenceSd(draws[i], draws[j]) : 0)));
  const furthest = new Float64Array(count);
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < i; j++) {
      if (errors[i][j] === 0) continue;
      for (let b = 0; b < count; b++) {
        const off = Math.abs(draws[i][b] - draws[j][b] - (values[i] - values[j])) / errors[i][j];
        if (off > furthest[b]) furthest[b] = off;
      }
    }
  }
  const critical = widened(quantileOfSorted(furthest.sort(), level), units);
  return (i, j) => errors[Math.max(i, j)][Math.min(i, j)] * critical;
}

function widened(critical: number, units: number): number {
  if (critical === 0) return 0;
  return Math.sqrt(units / (units - 1)) * studentQuantile(normalTail(critical), units - 1);
}

/** Standard deviation over draws of a - b. */
function differenceSd(a: Float64Array, b: Float64Array): number {
  let mean = 0;
  for (let k = 0; k < a.length; k++) mean += (a[k] - b[k]) / a.length;
  let squares = 0;
  for (let k = 0; k < a.length; k++) squares += (a[k] - b[k] - mean) ** 2;
  const sd = Math.sqrt(squares / (a.length - 1));
  // draws that differ by rounding alone (a method against a copy of itself, shifted) have no spread to speak of
  return sd > 1e-12 * Math.max(1, Math.abs(mean)) ? sd : 0;
}
