import { SpotbenchError } from '../errors/spotbench-error.ts';
import { summaryOf, type ScoredRun, type Summary, type SummaryOptions } from '../metrics/headline.ts';
import { metrics } from '../metrics/metrics.ts';
import { scoreMatrix } from '../metrics/score-matrix.ts';
import { bootstrapHeadlines, type BootstrapOptions } from './bootstrap.ts';
import { headlineMean, namedPatientMeans, type PatientMean } from './hierarchy.ts';
import { pairedDifferences, type PairedDifference } from './paired.ts';
import { rankIntervals, ranksOf, tieGroups } from './ranking.ts';
import { meanOverSeeds, seedSd } from './seeds.ts';
import { simultaneousHalfWidths, type Standings } from './simultaneous.ts';
import { MIN_PATIENTS, smallestWilcoxonP } from './wilcoxon.ts';

/** A method to compare: its name and its runs, one per seed. */
export interface MethodRuns {
  readonly name: string;
  readonly runs: readonly ScoredRun[];
}

export interface ComparisonOptions extends SummaryOptions {
  readonly bootstrap: BootstrapOptions;
  /** Family-wise error rate of the tests, 0.05 by default. */
  readonly alpha?: number;
}

/** A method's headline with its interval. */
export interface MethodSummary {
  readonly name: string;
  readonly summary: Summary;
  /** What the headline is the mean of. [P] */
  readonly patients: readonly PatientMean[];
}

/** Where a method stands. */
export interface MethodStanding extends MethodSummary {
  /** 1 is best; equal values share a rank. */
  readonly rank: number;
  readonly rankInterval: readonly [number, number] | null;
  /** 1 is the group of the best; all 1 where there are fewer than 6 patients. */
  readonly tieGroup: number;
}

/** Methods on the same exam, ordered best first. */
export interface Comparison {
  readonly methods: readonly MethodStanding[];
  readonly pairs: readonly PairedDifference[];
  readonly nPatients: number;
  /** Smallest p a test on this many patients can give: 2^(1 - n). */
  readonly smallestP: number;
  /** The same after Holm's correction over all pairs. */
  readonly smallestPHolm: number;
  /** One sentence for under the table. */
  readonly note: string;
}

/**
 * Headline and interval of each method, as `compareMethods` gives them, without comparing any two.
 * @throws SpotbenchError as `compareMethods`.
 */
export function summariseMethods(methods: readonly MethodRuns[], options: ComparisonOptions): MethodSummary[] {
  return summarised(methods, options).summaries;
}

function summarised(methods: readonly MethodRuns[], options: ComparisonOptions) {
  const compared = methods.map((method) => averaged(method, options)).sort(bestFirst(signOf(options)));
  const sampled = bootstrapHeadlines(
    compared.map(({ matrix }) => matrix),
    options.bootstrap,
  );
  const summaries = compared.map(({ name, matrix, sd, nSeeds, patients }, m): MethodSummary => {
    return { name, patients, summary: summaryOf(matrix, sd, nSeeds, sampled, options, m) };
  });
  return { compared, sampled, summaries };
}

/**
 * Compares methods on the same patients, sections and genes with one set of resamples: headline and interval of each, rank
 * intervals, tie groups (simultaneous paired intervals), and all paired differences with exact signed-rank tests over
 * patients and Holm's correction. With fewer than 6 patients nothing is significant and all methods share one tie group.
 * @throws SpotbenchError `bad-data` when methods do not share sections and genes, or one has no defined score at all.
 */
export function compareMethods(methods: readonly MethodRuns[], options: ComparisonOptions): Comparison {
  const { level = 0.95, alpha = 0.05 } = options;
  const { compared, sampled, summaries } = summarised(methods, options);
  const standings = standingsOf(
    compared.map(({ value }) => value),
    sampled.draws,
    sampled.units,
    signOf(options),
  );
  const nPatients = compared[0].patients.length;
  const ranks = ranksOf(standings.values);
  const intervals = rankIntervals(standings, level);
  const apart = nPatients >= MIN_PATIENTS;
  const groups = apart ? tieGroups(standings, simultaneousHalfWidths(standings, level)) : ranks.map(() => 1);
  const pairs = pairedDifferences(
    compared.map(({ name, value, patients }, m) => {
      return { name, value, patients: patients.map((patient) => patient.value), draws: sampled.draws[m] };
    }),
    { units: sampled.units, level, alpha },
  );
  return {
    methods: summaries.map((summary, m) => ({
      ...summary,
      rank: ranks[m],
      rankInterval: intervals[m],
      tieGroup: groups[m],
    })),
    pairs,
    nPatients,
    smallestP: smallestWilcoxonP(nPatients),
    smallestPHolm: Math.min(1, Math.max(1, pairs.length) * smallestWilcoxonP(nPatients)),
    note: noteOf(nPatients, pairs.length),
  };
}

/** 1 where larger is better, -1 where smaller is. */
function signOf({ metric = 'pcc' }: Pick<SummaryOptions, 'metric'>): 1 | -1 {
  return metrics.find(({ name }) => name === metric)?.direction === 'lower is better' ? -1 : 1;
}

type Averaged = ReturnType<typeof averaged>;

function averaged({ name, runs }: MethodRuns, { genes, metric }: SummaryOptions) {
  const matrices = runs.map(({ sections }) => scoreMatrix(sections, genes, { metric }));
  const matrix = meanOverSeeds(matrices);
  const value = headlineMean(matrix);
  if (Number.isNaN(value)) {
    throw new SpotbenchError(
      'bad-data',
      `comparison: ${name} has no defined score; leave it out or widen the gene set`,
    );
  }
  const patients = namedPatientMeans(matrix);
  return { name, matrix, value, patients, sd: seedSd(matrices), nSeeds: runs.length };
}

/** By value, best first; by name where equal, so that a table never depends on the order of its input. */
function bestFirst(sign: 1 | -1): (a: Averaged, b: Averaged) => number {
  return (a, b) => sign * (b.value - a.value) || (a.name < b.name ? -1 : 1);
}

/** Turned so that larger is better, and without draws in which nothing was defined (the same for all methods). */
function standingsOf(
  values: readonly number[],
  draws: readonly Float64Array[],
  units: number,
  sign: 1 | -1,
): Standings {
  const defined = (_: number, b: number): boolean => draws.every((row) => !Number.isNaN(row[b]));
  return {
    values: values.map((value) => sign * value),
    draws: draws.map((row) => row.filter(defined).map((value) => sign * value)),
    units,
  };
}

function noteOf(nPatients: number, pairs: number): string {
  const p = smallestWilcoxonP(nPatients);
  const reach = `${nPatients} patient${nPatients === 1 ? '' : 's'}: smallest attainable two-sided p ${p.toPrecision(2)}`;
  if (nPatients < MIN_PATIENTS) {
    return `${reach}; with fewer than ${MIN_PATIENTS} patients no difference is called significant and all methods share one tie group`;
  }
  return `${reach}, ${Math.min(1, Math.max(1, pairs) * p).toPrecision(2)} after Holm's correction over ${pairs} pairs`;
}
