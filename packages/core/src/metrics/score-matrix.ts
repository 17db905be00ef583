import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { GeneScore } from './gene-score.ts';
import type { GeneMetricName, UndefinedReason } from './metric.ts';

/** The rows of one section, as scored or as read back from a results file. */
export interface ScoredSection {
  readonly patient: string;
  /** Unique within the data set. */
  readonly section: string;
  readonly rows: readonly GeneScore[];
}

/** The genes a number is about: the same everywhere, or, for panels fitted per fold, by section. */
export type GeneSet = readonly string[] | ((section: ScoredSection) => readonly string[]);

/**
 * What becomes of a gene without a value. `headline`: 0 where the method is at fault (constant_pred, missing_by_method),
 * left out and counted where it is not. `drop`: always left out. `zero`: always 0. It matters for correlations only; MSE
 * and MAE always have a value.
 */
export type UndefinedPolicy = 'headline' | 'drop' | 'zero';

/** How often each reason applied; `not_measured` is a gene of the set that the section's truth does not have. */
export type UndefinedCounts = Readonly<Record<UndefinedReason | 'not_measured', number>>;

/** One metric of one run as numbers, S sections x G genes; sections sorted by patient and name, genes by name. */
export interface ScoreMatrix {
  readonly metric: GeneMetricName;
  readonly policy: UndefinedPolicy;
  /** Union over sections. [G] */
  readonly genes: readonly string[];
  /** [S] */
  readonly sections: readonly { readonly section: string; readonly patient: string; readonly nSpots: number }[];
  /** 0 where `counted` is 0. [S, G] */
  readonly values: Float64Array;
  /** 1 where the value enters the mean. [S, G] */
  readonly counted: Uint8Array;
  readonly nUndefined: UndefinedCounts;
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Lays rows out as a matrix by gene name, applying the policy for undefined values.
 * @throws SpotbenchError `bad-data` when a section or a gene within one stands twice, or there is no section.
 */
export function scoreMatrix(
  scored: readonly ScoredSection[],
  geneSet: GeneSet,
  { metric = 'pcc', policy = 'headline' }: { metric?: GeneMetricName; policy?: UndefinedPolicy } = {},
): ScoreMatrix {
  const tested = [...scored].sort((a, b) => byName(a.patient, b.patient) || byName(a.section, b.section));
  if (tested.length === 0) throw new SpotbenchError('bad-data', 'scores: no section to summarise; score one first');
  if (new Set(tested.map((s) => s.section)).size !== tested.length)
    throw new SpotbenchError('bad-data', 'scores: a section stands twice; give each section of one run once');
  const { genes, asked } = axisOf(tested.map((of) => (typeof geneSet === 'function' ? geneSet(of) : geneSet)));
  const values = new Float64Array(tested.length * genes.length);
  const counted = new Uint8Array(values.length);
  const nUndefined = noneUndefined();
  for (const [s, section] of tested.entries()) {
    const rows = rowsOf(section, genes);
    const start = s * genes.length;
    for (let g = 0; g < genes.length; g++) {
      if (asked[start + g] === 0) continue;
      const row = rows[g];
      const value = row?.[metric] ?? null;
      if (value === null) nUndefined[row?.undefined ?? 'not_measured']++;
      const used = value ?? replacement(row, policy);
      if (used === null) continue;
      values[start + g] = used;
      counted[start + g] = 1;
    }
  }
  const sections = tested.map(({ section, patient, rows }) => ({ section, patient, nSpots: rows[0]?.nSpots ?? 0 }));
  return { metric, policy, genes, sections, values, counted, nUndefined };
}

/** Counts of nothing, to be added to. */
function noneUndefined(): Record<UndefinedReason | 'not_measured', number> {
  return { constant_truth: 0, constant_pred: 0, too_few: 0, missing_by_method: 0, not_measured: 0 };
}

function replacement(row: GeneScore | undefined, policy: UndefinedPolicy): 0 | null {
  if (row === undefined || policy === 'drop') return null;
  if (policy === 'zero') return 0;
  return row.undefined === 'constant_pred' || row.undefined === 'missing_by_method' ? 0 : null;
}

/** The genes of a matrix and which of them each section is asked for, 1 or 0 in `asked`. [S, G] */
interface GeneAxis {
  readonly lists: readonly (readonly string[])[];
  readonly genes: readonly string[];
  readonly asked: Uint8Array;
}

/** By the first section's list, kept as long as that is: tables ask for the same genes of every method, seed and metric. */
const axes = new WeakMap<readonly string[], GeneAxis>();

function axisOf(lists: GeneAxis['lists']): GeneAxis {
  const known = axes.get(lists[0]);
  if (known?.lists.length === lists.length && lists.every((list, s) => list === known.lists[s])) return known;
  const genes = [...new Set(lists.flat())].sort();
  const asked = new Uint8Array(lists.length * genes.length);
  for (const [s, list] of lists.entries()) {
    const own = new Set(list);
    for (const [g, gene] of genes.entries()) asked[s * genes.length + g] = own.has(gene) ? 1 : 0;
  }
  const axis = { lists, genes, asked };
  axes.set(lists[0], axis);
  return axis;
}

/** A section's rows by gene, and in the order of the genes last asked for. */
interface OrderedRows {
  readonly byGene: ReadonlyMap<string, GeneScore>;
  readonly genes: readonly string[];
  readonly rows: readonly (GeneScore | undefined)[];
}

/** Kept as long as the rows are. */
const ordered = new WeakMap<readonly GeneScore[], OrderedRows>();

/** The row of each gene; undefined where there is none. [G] */
function rowsOf(section: ScoredSection, genes: readonly string[]): OrderedRows['rows'] {
  const known = ordered.get(section.rows);
  if (known?.genes === genes) return known.rows;
  const byGene = known?.byGene ?? rowsByGene(section);
  const rows = genes.map((gene) => byGene.get(gene));
  ordered.set(section.rows, { byGene, genes, rows });
  return rows;
}

function rowsByGene({ section, rows }: ScoredSection): OrderedRows['byGene'] {
  const byGene = new Map(rows.map((row) => [row.gene, row]));
  if (byGene.size !== rows.length)
    throw new SpotbenchError('bad-data', `scores of section ${section}: a gene stands twice; each may have one row`);
  return byGene;
}
