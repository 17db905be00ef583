import { createRandom, type Random } from '../random/random.ts';
import { normalTail } from './distributions.ts';
import { MIN_PATIENTS } from './wilcoxon.ts';

/** Methods by their average rank over patients, as a critical-difference diagram draws them. */
export interface CriticalDifference {
  readonly nPatients: number;
  readonly nMethods: number;
  readonly alpha: number;
  /** Mean over patients of each method's rank there, 1 the best, equal values sharing their mean rank; best first. */
  readonly averageRanks: readonly { readonly name: string; readonly rank: number }[];
  /** Whether the ranks differ at all: Friedman's statistic and its permutation p. Null where `reason` says why. */
  readonly friedman: { readonly statistic: number; readonly p: number } | null;
  /** Two methods whose average ranks differ by more than this differ (Nemenyi). Null where `reason` says why. */
  readonly cd: number | null;
  /** Largest runs of methods that are not told apart: the bars of the diagram. A single one of all where Friedman finds nothing. */
  readonly groups: readonly (readonly string[])[];
  /** Why there is no critical difference; null where there is one. */
  readonly reason: string | null;
}

/** One method's value in every patient, larger better; patients in the same order for all. */
export interface PatientValues {
  readonly name: string;
  /** [P] */
  readonly patients: readonly number[];
}

/**
 * Average ranks over patients and Nemenyi's critical difference q_alpha sqrt(k (k + 1) / (6 n)) for k methods and n patients,
 * with q_alpha the quantile of the studentised range over infinite degrees of freedom, divided by sqrt(2). Below 6 patients
 * there is none: the same rule as for the tests. Friedman's p is by permutation of ranks within patients, for its chi-square
 * approximation does not hold for so few.
 *
 * Source: Demsar, Journal of Machine Learning Research 7 (2006), 1-30, section 3.2; Friedman, JASA 32 (1937), 675-701.
 */
export function criticalDifference(methods: readonly PatientValues[], alpha = 0.05): CriticalDifference {
  const k = methods.length;
  const n = methods[0]?.patients.length ?? 0;
  const ranks = Array.from({ length: n }, (_, p) => meanRanks(methods.map(({ patients }) => patients[p])));
  const averageRanks = methods
    .map(({ name }, m) => ({ name, rank: mean(ranks.map((row) => row[m])) }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const common = { nPatients: n, nMethods: k, alpha, averageRanks };
  const all = [averageRanks.map(({ name }) => name)];
  const reason = whyNone(k, n);
  if (reason !== null) return { ...common, friedman: null, cd: null, groups: k === 0 ? [] : all, reason };
  const friedman = friedmanTest(ranks);
  const cd = (studentisedRangeQuantile(k, alpha) / Math.SQRT2) * Math.sqrt((k * (k + 1)) / (6 * n));
  return { ...common, friedman, cd, groups: friedman.p > alpha ? all : runsWithin(averageRanks, cd), reason: null };
}

function whyNone(methods: number, patients: number): string | null {
  if (methods < 2) return 'there are fewer than two methods to compare';
  if (patients >= MIN_PATIENTS) return null;
  return `${patients} patient${patients === 1 ? '' : 's'}: with fewer than ${MIN_PATIENTS} no difference of average ranks can be called significant`;
}

/** Ranks, 1 for the largest; equal values share the mean of their ranks. */
function meanRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const above = values.filter((other) => other > value).length;
    const equal = values.filter((other) => other === value).length;
    return above + (equal + 1) / 2;
  });
}

const PERMUTATIONS = 9999;

/**
 * Friedman's statistic (k - 1) n sum_m (R_m - (k + 1) / 2)^2 / (mean over patients of sum of squares), which allows for ties, and
 * p = (1 + permutations at least as far out) / (1 + permutations). The draws are seeded: the same ranks give the same p.
 */
function friedmanTest(ranks: readonly (readonly number[])[]): { statistic: number; p: number } {
  const k = ranks[0].length;
  const middle = (k + 1) / 2;
  const within = ranks.reduce((sum, row) => sum + row.reduce((squares, rank) => squares + (rank - middle) ** 2, 0), 0);
  if (within === 0) return { statistic: 0, p: 1 };
  const observed = spreadOf(ranks, middle);
  const statistic = ((k - 1) * ranks.length * observed) / (within / ranks.length);
  const random = createRandom(20_240, 'friedman');
  const shuffled = ranks.map((row) => [...row]);
  let extreme = 0;
  for (let i = 0; i < PERMUTATIONS; i++) {
    for (const row of shuffled) shuffle(row, random);
    // equal statistics differ by the rounding of their sums
    if (spreadOf(shuffled, middle) >= observed * (1 - 1e-12)) extreme++;
  }
  return { statistic, p: (1 + extreme) / (1 + PERMUTATIONS) };
}

/** sum over methods of (average rank - middle)^2. */
function spreadOf(ranks: readonly (readonly number[])[], middle: number): number {
  let spread = 0;
  for (let m = 0; m < ranks[0].length; m++) {
    let sum = 0;
    for (const row of ranks) sum += row[m];
    spread += (sum / ranks.length - middle) ** 2;
  }
  return spread;
}

function shuffle(row: number[], random: Random): void {
  for (let i = row.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [row[i], row[j]] = [row[j], row[i]];
  }
}

/** Runs of neighbours, best first, whose ends are within `cd`, leaving out those inside a larger one and those of one method. */
function runsWithin(ordered: CriticalDifference['averageRanks'], cd: number): string[][] {
  const runs: string[][] = [];
  let reached = 0;
  for (const [start, { rank }] of ordered.entries()) {
    const within = ordered.filter((other, i) => i >= start && other.rank - rank <= cd).length;
    const end = start + within;
    if (end > reached && within > 1) runs.push(ordered.slice(start, end).map(({ name }) => name));
    reached = Math.max(reached, end);
  }
  return runs;
}

/** The q that the range of k standard normal numbers exceeds with probability `alpha`. */
export function studentisedRangeQuantile(k: number, alpha: number): number {
  let [low, high] = [0, 40];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (1 - rangeWithin(middle, k) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(range of k standard normal numbers <= q) = k int phi(z) (Phi(z) - Phi(z - q))^(k - 1) dz, z the largest: trapezoid rule,
 * whose error for so smooth an integrand is far below 1e-10 at this step.
 */
function rangeWithin(q: number, k: number): number {
  const step = 1 / 8;
  let sum = 0;
  for (let z = -8; z <= 8; z += step) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += density * (normalTail(z - q) - normalTail(z)) ** (k - 1);
  }
  return k * sum * step;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
