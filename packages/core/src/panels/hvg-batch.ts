import type { CountMatrix } from '../contracts/counts.ts';
import { forEachCount, mapColumns } from '../counts/csr.ts';

/** What a batch (a section) says of every gene. */
export interface GeneVariability {
  /** Normalised dispersion, or variance, by which genes are ranked; NaN where it is undefined. [G] */
  readonly score: Float64Array;
  /** Genes among the most variable of this batch. [G] */
  readonly chosen: Uint8Array;
}

/** Mean over N spots and variance over N - 1 of values whose sums and sums of squares are given, as scanpy computes them. */
export function meanAndVariance(
  sums: Float64Array,
  squares: Float64Array,
  n: number,
): { mean: Float64Array; variance: Float64Array } {
  const mean = sums.map((sum) => sum / n);
  const unbiased = n > 1 ? n / (n - 1) : 1;
  const variance = squares.map((square, g) => (square / n - mean[g] ** 2) * unbiased);
  return { mean, variance };
}

/** Counts below this are most of all and stand in a spot again and again. */
const SMALL = 64;

/** Sums and sums of squares of `value(count, spot)` over all spots; asked for once for each small count of a spot. [G] each */
export function sumsOf(
  counts: CountMatrix,
  value: (count: number, spot: number) => number,
): { sums: Float64Array; squares: Float64Array } {
  const sums = new Float64Array(counts.genes.length);
  const squares = new Float64Array(counts.genes.length);
  const known = new Float64Array(SMALL);
  for (let i = 0; i + 1 < counts.indptr.length; i++) {
    known.fill(NaN);
    for (let k = counts.indptr[i]; k < counts.indptr[i + 1]; k++) {
      const count = counts.values[k];
      let v = count < SMALL ? known[count] : NaN;
      if (Number.isNaN(v)) {
        v = value(count, i);
        if (count < SMALL) known[count] = v;
      }
      sums[counts.indices[k]] += v;
      squares[counts.indices[k]] += v * v;
    }
  }
  return { sums, squares };
}

/** The counts of `genes`, all of which the matrix has; columns of a row in the order of the matrix, which sums do not mind. */
export function restrict(counts: CountMatrix, genes: readonly string[]): CountMatrix {
  const columns = mapColumns(counts, genes);
  if (genes.length === counts.genes.length)
    return { ...counts, genes, indices: counts.indices.map((column) => columns.target[column]) };
  const indptr = new Uint32Array(counts.indptr.length);
  const indices = new Uint32Array(counts.indices.length);
  const values = new Float32Array(counts.indices.length);
  let at = 0;
  forEachCount(counts, columns, (i, g, count) => {
    indices[at] = g;
    values[at++] = count;
    indptr[i + 1] = at;
  });
  // Spots without a count of these genes end where the one before does.
  for (let i = 1; i < indptr.length; i++) indptr[i] = Math.max(indptr[i], indptr[i - 1]);
  return { genes, indptr, indices: indices.subarray(0, at), values: values.subarray(0, at) };
}
