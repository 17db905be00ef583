import { SpotbenchError } from '@spotbench/core';

/** Shift and scale of every feature, fitted on training spots. [D] each */
export interface Standardiser {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/**
 * Mean and standard deviation (of the population) of every column of `values` [N, D]. A column that does not vary gets
 * std 1: it becomes 0 everywhere.
 */
export function fitStandardiser(values: Float32Array, width: number): Standardiser {
  const rows = values.length / width;
  const mean = new Float64Array(width);
  const variance = new Float64Array(width);
  values.forEach((value, i) => (mean[i % width] += value / rows));
  values.forEach((value, i) => (variance[i % width] += (value - mean[i % width]) ** 2 / rows));
  // A constant column's variance is rounding noise of the mean, not exactly 0.
  const std = variance.map((v, d) => (v > 1e-12 * mean[d] ** 2 ? Math.sqrt(v) : 1));
  return { mean: Float32Array.from(mean), std: Float32Array.from(std) };
}

/** (value - mean) / std, column by column; a new array. @throws SpotbenchError `bad-data` on another width. */
export function standardise(values: Float32Array, { mean, std }: Standardiser, rows: number): Float32Array {
  const width = mean.length;
  if (values.length !== rows * width) {
    throw new SpotbenchError(
      'bad-data',
      `features: needed ${rows} spots x ${width} numbers as in training, got ${values.length}`,
    );
  }
  return values.map((value, i) => (value - mean[i % width]) / std[i % width]);
}
