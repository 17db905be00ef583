import type { Matrix } from './matrix.ts';

/** Rows with less than this share of the largest weight are left out: they cannot show in float32. */
const NEGLIGIBLE = 1e-10;

/**
 * Weighted means of the rows of a matrix: out[i] = Σ w[n] · rows[n] / Σ w[n]. `weigh` fills in the weights of output row i,
 * at least one of them above 0. rows [N, G], weights [N], out [count, G].
 */
export function weightedRows(
  { rows, columns, values }: Matrix,
  count: number,
  weigh: (i: number, weights: Float64Array) => void,
): Float32Array {
  const out = new Float32Array(count * columns);
  const weights = new Float64Array(rows);
  const sums = new Float64Array(columns);
  for (let i = 0; i < count; i++) {
    weigh(i, weights);
    const least = NEGLIGIBLE * weights.reduce((most, weight) => Math.max(most, weight), 0);
    let total = 0;
    sums.fill(0);
    for (let n = 0; n < rows; n++) {
      const weight = weights[n];
      if (weight <= least) continue;
      total += weight;
      for (let g = 0, from = n * columns; g < columns; g++) sums[g] += weight * values[from + g];
    }
    for (let g = 0; g < columns; g++) out[i * columns + g] = sums[g] / total;
  }
  return out;
}
