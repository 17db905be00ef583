/** A dense row-major matrix. [rows, columns] */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/** Mean of every column. [columns] */
export function columnMeans({ rows, columns, values }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) means[j] += values[i * columns + j];
  for (let j = 0; j < columns; j++) means[j] /= rows;
  return means;
}

/** Population standard deviation (divides by rows) of every column; exactly 0 for a constant column. [columns] */
export function columnDeviations({ rows, columns, values }: Matrix, means: Float64Array): Float64Array {
  const sums = new Float64Array(columns);
  const constant = new Uint8Array(columns).fill(1);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = values[i * columns + j];
      sums[j] += (value - means[j]) ** 2;
      if (value !== values[j]) constant[j] = 0;
    }
  }
  // Rounding of the mean leaves a constant column with a deviation near 1e-17 that would later be divided by.
  return sums.map((sum, j) => (constant[j] === 1 ? 0 : Math.sqrt(sum / rows)));
}

/** Aᵀ·B / rows, for A [N, D] and B [N, G]. [D, G] */
export function crossMoment(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.columns * b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let d = 0; d < a.columns; d++) {
      const weight = a.values[i * a.columns + d] / a.rows;
      if (weight === 0) continue;
      for (let g = 0, to = d * b.columns, from = i * b.columns; g < b.columns; g++)
        out[to + g] += weight * b.values[from + g];
    }
  }
  return out;
}

/** offset + A·W for A [N, D], W [D, G], offset [G]. [N, G] */
export function affine(a: Matrix, weights: Float64Array, offset: Float64Array): Float32Array {
  const columns = offset.length;
  const out = new Float32Array(a.rows * columns);
  const row = new Float64Array(columns);
  for (let i = 0; i < a.rows; i++) {
    row.set(offset);
    for (let d = 0; d < a.columns; d++) {
      const value = a.values[i * a.columns + d];
      for (let g = 0, from = d * columns; g < columns; g++) row[g] += value * weights[from + g];
    }
    out.set(row, i * columns);
  }
  return out;
}
