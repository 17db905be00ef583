import type { CountMatrix } from '../contracts/counts.ts';

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

/** Sums and sums of squares of `value(count, spot)` over all spots. [G] each */
export function sumsOf(
  counts: CountMatrix,
  value: (count: number, spot: number) => number,
): { sums: Float64Array; squares: Float64Array } {
  const sums = new Float64Array(counts.genes.length);
  const squares = new Float64Array(counts.genes.length);
  for (let i = 0; i + 1 < counts.indptr.length; i++) {
    for (let k = counts.indptr[i]; k < counts.indptr[i + 1]; k++) {
      const v = value(counts.values[k], i);
      sums[counts.indices[k]] += v;
      squares[counts.indices[k]] += v * v;
    }
  }
  return { sums, squares };
}
