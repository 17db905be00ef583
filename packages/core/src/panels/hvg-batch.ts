import type { CountMatrix } from '../contracts/counts.ts';
import { spotCount } from '../counts/csr.ts';

/** What a batch (a section) says of every gene. */
export interface GeneVariability {
  /** Normalised dispersion, or variance, by which genes are ranked; NaN where it is undefined. [G] */
  readonly score: Float64Array;
  /** Genes among the most variable of this batch. [G] */
  readonly chosen: Uint8Array;
}

/** Mean over N spots and variance over N - 1 in the columns given, as scanpy computes them. [columns.length] each */
export function meanAndVariance(
  { sums, squares }: ColumnSums,
  columns: Uint32Array,
  n: number,
): { mean: Float64Array; variance: Float64Array } {
  const [mean, variance] = [new Float64Array(columns.length), new Float64Array(columns.length)];
  const unbiased = n > 1 ? n / (n - 1) : 1;
  for (let g = 0; g < columns.length; g++) {
    mean[g] = sums[columns[g]] / n;
    variance[g] = (squares[columns[g]] / n - mean[g] * mean[g]) * unbiased;
  }
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

/** Column of each gene in each of the matrices, all of which have it. [matrices][G] */
export function columnsOf(matrices: readonly CountMatrix[], genes: readonly string[]): Uint32Array[] {
  const place = new Map<string, number>();
  genes.forEach((gene, g) => place.set(gene, g));
  return matrices.map((counts) => {
    const columns = new Uint32Array(genes.length);
    counts.genes.forEach((gene, column) => {
      const g = place.get(gene);
      if (g !== undefined) columns[g] = column;
    });
    return columns;
  });
}

/** The positions below `length` that pass the test, ascending. */
export function positions(length: number, test: (position: number) => boolean): Uint32Array {
  const found = new Uint32Array(length);
  let n = 0;
  for (let k = 0; k < length; k++) if (test(k)) found[n++] = k;
  return found.subarray(0, n);
}
