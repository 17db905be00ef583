/** Fewest patients with which a two-sided signed-rank test can reach 0.05: 2^(1 - 6) = 0.031. */
export const MIN_PATIENTS = 6;

/**
 * Smallest attainable two-sided p of the exact signed-rank test with n patients: 2^(1 - n), when all differences have one
 * sign. 0.125 for 4 patients: no method, however good, can be shown better at 0.05 with fewer than 6.
 */
export function smallestWilcoxonP(n: number): number {
  return Math.min(1, 2 ** (1 - n));
}

/**
 * Exact two-sided p of the Wilcoxon signed-rank test of paired differences: the share of the 2^n sign patterns whose rank sum
 * is at least as far out, twice the smaller tail. Zero differences are dropped and tied sizes share their mean rank; the
 * distribution is that of the ranks at hand, so it stays exact with ties. p = 1 when no difference is left.
 *
 * Source: Wilcoxon, Biometrics Bulletin 1 (1945), 80-83; Hollander, Wolfe and Chicken, Nonparametric Statistical Methods
 * (2014), section 3.1.
 */
export function wilcoxonP(differences: readonly number[]): number {
  const left = differences.filter((d) => d !== 0);
  const ranks = doubledRanks(left.map(Math.abs));
  const statistic = ranks.reduce((sum, rank, i) => sum + (left[i] > 0 ? rank : 0), 0);
  const probability = rankSumProbabilities(ranks);
  const below = probability.slice(0, statistic + 1).reduce((a, b) => a + b, 0);
  const above = probability.slice(statistic).reduce((a, b) => a + b, 0);
  return Math.min(1, 2 * Math.min(below, above));
}

/** Twice the rank of each size, ties averaged: whole numbers. */
function doubledRanks(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const below = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * below + equal + 1;
  });
}

/** P(sum of the ranks with positive sign = k) when signs are fair coins, k from 0 to the sum of all ranks. */
function rankSumProbabilities(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  for (const rank of ranks)
    for (let k = total; k >= 0; k--) probability[k] = (probability[k] + (k >= rank ? probability[k - rank] : 0)) / 2;
  return probability;
}
