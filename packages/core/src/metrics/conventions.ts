import { meanOfDefined, patientTree } from '../statistics/hierarchy.ts';
import type { GeneMetricName } from './metric.ts';
import {
  scoreMatrix,
  type GeneSet,
  type ScoredSection,
  type ScoreMatrix,
  type UndefinedPolicy,
} from './score-matrix.ts';

/**
 * A way papers turn gene x section correlations into one number, as data. All are computed from the same rows, so a table
 * can show how far a rank depends on the choice. Pooled and per-spot numbers need the stored predictions instead
 * (`scorePooled`, `scoreSpots`).
 */
export interface Convention {
  readonly name: string;
  readonly title: string;
  /** What becomes of genes without a value. */
  readonly policy: UndefinedPolicy;
  /** How genes of a section are joined. `fisher-z` averages atanh r, through all levels, and turns the result back. */
  readonly overGenes: 'mean' | 'median' | 'fisher-z';
  /** How sections are joined: by patient first, all alike, or in proportion to their spots. */
  readonly overSections: 'patients' | 'sections' | 'spots';
}

export const conventions: readonly Convention[] = [
  { name: 'headline', title: 'headline', policy: 'headline', overGenes: 'mean', overSections: 'patients' },
  { name: 'drop-undefined', title: 'undefined dropped', policy: 'drop', overGenes: 'mean', overSections: 'patients' },
  { name: 'zero-undefined', title: 'undefined as 0', policy: 'zero', overGenes: 'mean', overSections: 'patients' },
  { name: 'median-gene', title: 'median gene', policy: 'headline', overGenes: 'median', overSections: 'patients' },
  { name: 'fisher-z', title: 'Fisher z', policy: 'headline', overGenes: 'fisher-z', overSections: 'patients' },
  {
    name: 'section-mean',
    title: 'mean over sections',
    policy: 'headline',
    overGenes: 'mean',
    overSections: 'sections',
  },
  { name: 'spot-weighted', title: 'weighted by spots', policy: 'headline', overGenes: 'mean', overSections: 'spots' },
];

/** A correlation of exactly 1 has an infinite z; this one has z = 7.25, above anything but the oracle. */
const LARGEST_R = 1 - 1e-6;

/**
 * The number of one run under a convention; null where nothing is defined.
 * @throws SpotbenchError `bad-data` when a section or gene stands twice.
 */
export function valueUnder(
  convention: Convention,
  sections: readonly ScoredSection[],
  genes: GeneSet,
  metric: Extract<GeneMetricName, 'pcc' | 'spearman'> = 'pcc',
): number | null {
  const matrix = scoreMatrix(sections, genes, { metric, policy: convention.policy });
  const joined = joinSections(
    convention,
    matrix,
    matrix.sections.map((_, s) => joinGenes(convention, matrix, s)),
  );
  const value = convention.overGenes === 'fisher-z' ? Math.tanh(joined) : joined;
  return Number.isNaN(value) ? null : value;
}

/** One number for section `s`; NaN where no gene is counted. */
function joinGenes({ overGenes }: Convention, { genes, values, counted }: ScoreMatrix, s: number): number {
  const from = s * genes.length;
  const used = Array.from(genes, (_, g) => from + g)
    .filter((i) => counted[i] === 1)
    .map((i) => values[i]);
  if (overGenes === 'median') return median(used);
  return meanOfDefined(overGenes === 'fisher-z' ? used.map(fisherZ) : used);
}

function joinSections({ overSections }: Convention, matrix: ScoreMatrix, means: readonly number[]): number {
  if (overSections === 'sections') return meanOfDefined(means);
  if (overSections === 'patients')
    return meanOfDefined(patientTree(matrix).map(({ sections }) => meanOfDefined(sections.map((s) => means[s]))));
  const weighted = means.map((mean, s) => ({ mean, spots: matrix.sections[s].nSpots }));
  const defined = weighted.filter(({ mean }) => !Number.isNaN(mean));
  return defined.reduce((sum, { mean, spots }) => sum + mean * spots, 0) / defined.reduce((sum, d) => sum + d.spots, 0);
}

function fisherZ(r: number): number {
  return Math.atanh(Math.max(-LARGEST_R, Math.min(LARGEST_R, r)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}
