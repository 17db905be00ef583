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

/** Counts below this are most of all and stand in a spot again and again. */
const SMALL = 64;

/**
 * Sums and sums of squares of `value(count, spot)` over all spots, of every column of the matrix; asked for once for each small
 * count of a spot. [columns] each
 */
export function sumsOf(
  { genes, indptr, indices, values }: CountMatrix,
  value: (count: number, spot: number) => number,
): { sums: Float64Array; squares: Float64Array } {
  const sums = new Float64Array(genes.length);
  const squares = new Float64Array(genes.length);
  const known = new Float64Array(SMALL);
  for (let i = 0; i + 1 < indptr.length; i++) {
    known.fill(NaN);
    const end = indptr[i + 1];
    for (let k = indptr[i]; k < end; k++) {
      const count = values[k];
      // A count that is no whole number finds undefined.
      let v: number | undefined = count < SMALL ? known[count] : NaN;
      if (v === undefined || Number.isNaN(v)) {
        v = value(count, i);
        if (count < SMALL) known[count] = v;
      }
      const column = indices[k];
      sums[column] += v;
      squares[column] += v * v;
    }
  }
  return { sums, squares };
}

/** Column of each gene, all of which the matrix has. [G] */
export function columnsOf(counts: CountMatrix, genes: readonly string[]): Uint32Array {
  const column = new Map(counts.genes.map((gene, c) => [gene, c]));
  return Uint32Array.from(genes, (gene) => column.get(gene)!);
}

/** What stands at the given places. */
export const pick = (values: Float64Array, at: Uint32Array): Float64Array => Float64Array.from(at, (k) => values[k]);
