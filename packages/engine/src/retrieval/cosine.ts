import type { Rows } from './neighbour-weights.ts';

/** Euclidean length of every row. [M] */
export function rowNorms({ values, width }: Rows): Float64Array {
  const norms = new Float64Array(values.length / width);
  for (let row = 0; row < norms.length; row++) {
    let sum = 0;
    for (let d = row * width; d < (row + 1) * width; d++) sum += values[d] ** 2;
    norms[row] = Math.sqrt(sum);
  }
  return norms;
}

/**
 * Cosine similarity of one query to every key, up to the query's own length (which changes no order), in float64.
 * Source of the floor: torch.nn.functional.normalize divides by max(norm, 1e-12). [M]
 */
export function cosineScores(
  query: Float32Array,
  { values, width }: Rows,
  norms: Float64Array,
  out: Float64Array,
): void {
  for (let key = 0; key < norms.length; key++) {
    let dot = 0;
    for (let d = 0, at = key * width; d < width; d++, at++) dot += query[d] * values[at];
    out[key] = dot / Math.max(norms[key], 1e-12);
  }
}
