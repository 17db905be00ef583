import { SpotbenchError } from '@spotbench/core';
import { columnDeviations, columnMeans } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/** Column means and deviations of the training rows: z = (x - mean) / deviation. [D] each */
export interface Standardiser {
  readonly mean: Float64Array;
  /** 0 marks a column that did not vary in training; it becomes 0 everywhere. */
  readonly deviation: Float64Array;
}

/** Fits means and deviations on training rows only. */
export function fitStandardiser(training: Matrix): Standardiser {
  const mean = columnMeans(training);
  return { mean, deviation: columnDeviations(training, mean) };
}

/**
 * z = (x - mean) / deviation, column by column; 0 where the column was constant in training. [N, D]
 * @throws SpotbenchError `bad-data` when the matrix has another number of columns than the training rows had.
 */
export function standardise({ mean, deviation }: Standardiser, matrix: Matrix): Matrix {
  const { rows, columns, values } = matrix;
  if (columns !== mean.length)
    throw new SpotbenchError(
      'bad-data',
      `standardise: needed the ${mean.length} features of the training sections, got ${columns}; use one encoder throughout`,
    );
  const out = new Float64Array(values.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) out[at] = deviation[j] === 0 ? 0 : (values[at] - mean[j]) / deviation[j];
  }
  return { rows, columns, values: out };
}
