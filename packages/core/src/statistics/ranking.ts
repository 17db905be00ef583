import { quantileOfSorted } from './interval.ts';
import type { HalfWidth, Standings } from './simultaneous.ts';

/** Rank of each value, 1 the largest; equal values share the smallest rank of their run (1, 2, 2, 4). */
export function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => 1 + values.filter((other) => other > value).length);
}

/**
 * Percentile interval of each method's rank over the bootstrap draws, in whole ranks (rounded outwards): where the method
 * might have stood with other patients, sections and genes of the same kind.
 */
export function rankIntervals({ draws }: Standings, level: number): (readonly [number, number] | null)[] {
  const count = draws[0]?.length ?? 0;
  if (count === 0) return draws.map(() => null);
  const ranks = draws.map(() => new Float64Array(count));
  for (let b = 0; b < count; b++) {
    for (const [m, rank] of ranksOf(draws.map((row) => row[b])).entries()) ranks[m][b] = rank;
  }
  const tail = (1 - level) / 2;
  return ranks.map((row) => {
    const sorted = row.sort();
    return [Math.floor(quantileOfSorted(sorted, tail)), Math.ceil(quantileOfSorted(sorted, 1 - tail))] as const;
  });
}

/**
 * Tie groups, 1 the best: the best method opens a group, every method whose paired interval to it includes 0 joins, the best
 * of the rest opens the next. A group says "not told apart from its best", not "equal". [M]
 */
export function tieGroups({ values }: Standings, halfWidth: HalfWidth): number[] {
  const groups = new Array<number>(values.length).fill(0);
  let rest = values.map((_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
  for (let group = 1; rest.length > 0; group++) {
    const [best] = rest;
    const tied = rest.filter((i) => values[best] - values[i] <= halfWidth(best, i));
    for (const i of tied) groups[i] = group;
    rest = rest.filter((i) => groups[i] === 0);
  }
  return groups;
}
