import { SpotbenchError } from '@spotbench/core';

/** Embeddings as rows of one array. [N, D] */
export interface Rows {
  readonly values: Float32Array;
  /** D. */
  readonly width: number;
}

/** Shortest length divided by. Source: torch.nn.functional.normalize divides by max(norm, 1e-12). */
const SHORTEST = 1e-12;

/**
 * max(|row|, 1e-12) of every row, in float64: what a row is divided by to make dot products cosines. `nameOf` names a row
 * in errors. [N]
 *
 * @throws SpotbenchError `diverged` naming the first row that holds NaN or infinity.
 */
export function rowLengths({ values, width }: Rows, nameOf: (row: number) => string): Float64Array {
  const lengths = new Float64Array(values.length / width);
  for (let row = 0; row < lengths.length; row++) {
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at++) sum += values[at] * values[at];
    if (!Number.isFinite(sum)) throw notFinite(nameOf(row));
    lengths[row] = Math.max(Math.sqrt(sum), SHORTEST);
  }
  return lengths;
}

/** Squares of finite float32 numbers stay finite in float64. */
function notFinite(row: string): SpotbenchError {
  return new SpotbenchError(
    'diverged',
    `retrieval: needed finite embeddings, the one of ${row} holds NaN or infinity; check its features and the training`,
  );
}

/** Rows `begin` to `end` at length 1, rounded to float32, into the beginning of `out`. */
export function normaliseInto(
  out: Float32Array,
  { values, width }: Rows,
  lengths: Float64Array,
  begin: number,
  end: number,
): void {
  for (let row = begin, to = 0; row < end; row++) {
    const scale = 1 / lengths[row];
    for (let at = row * width; at < (row + 1) * width; at++, to++) out[to] = values[at] * scale;
  }
}

/** sum_d a[row, d] b[other, d], in float64. */
export function dotProduct(a: Rows, row: number, b: Rows, other: number): number {
  const { width } = a;
  let sum = 0;
  for (let d = 0, i = row * width, j = other * width; d < width; d++, i++, j++) sum += a.values[i] * b.values[j];
  return sum;
}
