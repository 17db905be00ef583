import type { CountMatrix } from '../contracts/counts.ts';
import { spotCount } from '../counts/csr.ts';

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

/** What a count of a spot is added as. */
export type SpotValue = (count: number, spot: number) => number;

/** Sums over all spots and sums of squares of what counts are added as, of every column of the matrix. [columns] each */
export interface ColumnSums {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

export function sumsOf(counts: CountMatrix, value: SpotValue): ColumnSums {
  const columns = counts.genes.length;
  const into = { sums: new Float64Array(columns), squares: new Float64Array(columns) };
  for (let spot = 0; spot < spotCount(counts); spot++) addSpot(counts, spot, value, into);
  return into;
}

function addSpot({ indptr, indices, values }: CountMatrix, spot: number, value: SpotValue, into: ColumnSums): void {
  const { sums, squares } = into;
  const end = indptr[spot + 1];
  for (let k = indptr[spot]; k < end; k++) {
    const v = value(values[k], spot);
    const column = indices[k];
    sums[column] += v;
    squares[column] += v * v;
  }
}

/** Counts below this are most of all and stand in a spot again and again. */
const SMALL = 64;

/** The same values, asked for once for each small count of a spot as long as spots come one after the other. */
export function rememberSmall(value: SpotValue): SpotValue {
  const known = new Float64Array(SMALL);
  let spotNow = -1;
  return (count, spot) => {
    if (spot !== spotNow) {
      known.fill(NaN);
      spotNow = spot;
    }
    // A count that is no whole number finds undefined.
    const found: number | undefined = count < SMALL ? known[count] : NaN;
    if (found !== undefined && !Number.isNaN(found)) return found;
    const asked = value(count, spot);
    if (count < SMALL) known[count] = asked;
    return asked;
  };
}

/** Column of each gene, all of which the matrix has. [G] */
export function columnsOf(counts: CountMatrix, genes: readonly string[]): Uint32Array {
  const column = new Map(counts.genes.map((gene, c) => [gene, c]));
  return Uint32Array.from(genes, (gene) => column.get(gene)!);
}

/** What stands at the given places. */
export const pick = (values: Float64Array, at: Uint32Array): Float64Array => Float64Array.from(at, (k) => values[k]);
