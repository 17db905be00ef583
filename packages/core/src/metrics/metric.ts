/**
 * Why a score has no value. `constant_truth`: the gene does not vary in the section, nobody's fault. `constant_pred`: the
 * method predicts the same everywhere. `too_few`: fewer than `MIN_SPOTS` spots. `missing_by_method`: the method returned no
 * column for the gene. Where several hold, the first of too_few, constant_truth, missing_by_method, constant_pred is named.
 */
export type UndefinedReason = 'constant_truth' | 'constant_pred' | 'too_few' | 'missing_by_method';

/** Two points always correlate by exactly 1 or -1, so a correlation needs three. */
export const MIN_SPOTS = 3;

/** A metric's name; per gene it is also the name of the column in a row of scores. */
export type GeneMetricName = 'pcc' | 'spearman' | 'r2' | 'mse' | 'mae';
export type MetricName = GeneMetricName | 'spotPcc';

/** A metric as a record: everything a reader of a table must know to judge a number. */
export interface Metric<Name extends MetricName = MetricName> {
  readonly name: Name;
  readonly title: string;
  /** LaTeX, with t the truth and p the prediction over n entries. */
  readonly formula: string;
  /** Where the definition comes from. */
  readonly reference: string;
  /** What one value describes: a gene within a section, or a spot across genes. */
  readonly scope: 'gene within a section' | 'spot across genes';
  /** Unit of a value. */
  readonly unit: string;
  /** Least and greatest possible value, null where there is no bound. */
  readonly range: readonly [number | null, number | null];
  readonly direction: 'higher is better' | 'lower is better';
  /** What equal values do. */
  readonly ties: string;
  /** When there is no value, and what the headline then does. */
  readonly undefinedMeans: string;
  /** The metric of one column, null where it is undefined. Both [n]. */
  readonly compute: (truth: Float32Array, prediction: Float32Array) => number | null;
}
