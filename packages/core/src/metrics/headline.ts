import { bootstrapHeadlines, type BootstrapDraws, type BootstrapOptions } from '../statistics/bootstrap.ts';
import { headlineMean, patientMeans, sectionMean } from '../statistics/hierarchy.ts';
import { percentileInterval } from '../statistics/interval.ts';
import { meanOverSeeds, seedSd } from '../statistics/seeds.ts';
import type { GeneMetricName } from './metric.ts';
import {
  scoreMatrix,
  type GeneSet,
  type ScoredSection,
  type ScoreMatrix,
  type UndefinedCounts,
} from './score-matrix.ts';

/** The scores of one fit: all test sections of all folds under one seed. */
export interface ScoredRun {
  readonly seed: number;
  readonly sections: readonly ScoredSection[];
}

/** A number of a table, with what it rests on. Never NaN: null with a reason. */
export interface Summary {
  readonly metric: GeneMetricName;
  readonly value: number | null;
  /** Why there is no value; null where there is one. */
  readonly reason: string | null;
  readonly ci: readonly [number, number] | null;
  /** How the interval was made, and which variation it does and does not cover. */
  readonly ciMethod: string;
  /** What the interval generalises to. */
  readonly unit: 'patient' | 'section' | 'gene';
  readonly averaging: string;
  readonly undefinedPolicy: string;
  readonly nGenes: number;
  /** Over gene x section x seed. */
  readonly nUndefined: UndefinedCounts;
  /** Sections with at least one counted gene. */
  readonly nSections: number;
  /** Patients with such a section. */
  readonly nPatients: number;
  readonly nSeeds: number;
  /** Standard deviation of the value over seeds, which the interval does not cover; null with one seed. */
  readonly seedSd: number | null;
}

export interface SummaryOptions {
  /** The panel, or the panel of each section's fold. */
  readonly genes: GeneSet;
  /** `pcc` by default. */
  readonly metric?: GeneMetricName;
  /** Without it there is no interval. */
  readonly bootstrap?: BootstrapOptions;
  /** Confidence level, 0.95 by default. */
  readonly level?: number;
}

export const HEADLINE_AVERAGING =
  'gene within section -> mean over genes -> mean over sections of a patient -> mean over patients';
export const HEADLINE_POLICY =
  'constant prediction and missing gene count 0; constant truth and fewer than 3 spots are left out; all counted';

/**
 * The headline number of a method on a gene set, with its hierarchical bootstrap interval. Several runs are the same folds
 * under other seeds: they are averaged before anything is resampled, and their spread is `seedSd`.
 * @throws SpotbenchError `bad-data` when runs differ in sections or genes, or a section or gene stands twice.
 */
export function summarise(runs: readonly ScoredRun[], options: SummaryOptions): Summary {
  const matrices = runs.map(({ sections }) => scoreMatrix(sections, options.genes, { metric: options.metric }));
  const matrix = meanOverSeeds(matrices);
  const draws = options.bootstrap && bootstrapHeadlines([matrix], options.bootstrap);
  return summaryOf(matrix, seedSd(matrices), runs.length, draws, options);
}

/** The summary of a matrix already averaged over seeds, with bootstrap draws of its headline in row `m` if any. */
export function summaryOf(
  matrix: ScoreMatrix,
  sd: number | null,
  nSeeds: number,
  draws: BootstrapDraws | undefined,
  { bootstrap, level = 0.95 }: Pick<SummaryOptions, 'bootstrap' | 'level'>,
  m = 0,
): Summary {
  const value = headlineMean(matrix);
  const patients = patientMeans(matrix).filter((mean) => !Number.isNaN(mean));
  const sections = matrix.sections.filter((_, s) => !Number.isNaN(sectionMean(matrix, s)));
  const ci = draws ? percentileInterval(draws.draws[m], draws.units, level) : null;
  return {
    metric: matrix.metric,
    value: Number.isNaN(value) ? null : value,
    reason: Number.isNaN(value) ? 'no gene of the set has a defined score in any section' : null,
    ci,
    ciMethod: draws ? describeInterval(draws, ci !== null, level, bootstrap!.seed) : 'none: no bootstrap asked for',
    unit: draws?.levels[0] ?? 'patient',
    averaging: HEADLINE_AVERAGING,
    undefinedPolicy: HEADLINE_POLICY,
    nGenes: matrix.genes.length,
    nUndefined: matrix.nUndefined,
    nSections: sections.length,
    nPatients: patients.length,
    nSeeds,
    seedSd: sd,
  };
}

/** Below this an interval from resampled patients does not reach its level, whatever the correction. */
const FEW_PATIENTS = 6;

function describeInterval(
  { levels, units, draws }: BootstrapDraws,
  exists: boolean,
  level: number,
  seed: number,
): string {
  if (!exists) return 'none: a single gene in a single section, or no defined score; there is nothing to resample';
  const method = `${level * 100}% expanded percentile of ${draws[0].length} hierarchical bootstrap draws over ${levels.join(' > ')}, seed ${seed}`;
  const notCovered = [
    levels.includes('patient') ? '' : 'one patient: variation between patients is not covered',
    levels.includes('section') ? '' : 'one section per patient: variation between sections is not told apart',
    levels[0] === 'patient' && units < FEW_PATIENTS ? `${units} patients: expect less than the nominal coverage` : '',
  ].filter((note) => note !== '');
  return [method, ...notCovered].join('; ');
}
