import type { CountMatrix } from '../contracts/counts.ts';

/** Number of spots N of a count matrix. */
export function spotCount(counts: CountMatrix): number {
  return counts.indptr.length - 1;
}

/** Library size: total molecule count of each spot over all measured genes, sum_g count(i, g). [N] */
export function librarySizes(counts: CountMatrix): Float32Array {
  const totals = new Float32Array(spotCount(counts));
  for (let i = 0; i < totals.length; i++) {
    let total = 0;
    for (let k = counts.indptr[i]; k < counts.indptr[i + 1]; k++) total += counts.values[k];
    totals[i] = total;
  }
  return totals;
}

/** The rows listed, in that order; a row may be left out. N' = rows.length. */
export function selectRows(counts: CountMatrix, rows: ArrayLike<number>): CountMatrix {
  const indptr = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    indptr[i + 1] = indptr[i] + counts.indptr[rows[i] + 1] - counts.indptr[rows[i]];
  }
  const indices = new Uint32Array(indptr[rows.length]);
  const values = new Float32Array(indptr[rows.length]);
  for (let i = 0; i < rows.length; i++) {
    const [from, to] = [counts.indptr[rows[i]], counts.indptr[rows[i] + 1]];
    indices.set(counts.indices.subarray(from, to), indptr[i]);
    values.set(counts.values.subarray(from, to), indptr[i]);
  }
  return { genes: counts.genes, indptr, indices, values };
}

/** Marks a column of the file that is not among the genes asked for. */
const NOT_ASKED = 0xffffffff;

/** Where each column of a matrix goes among `genes`, and how many of `genes` the matrix does not have. */
export interface ColumnMap {
  /** Position in `genes` of each column of the matrix; 0xffffffff where it was not asked for. [columns] */
  readonly target: Uint32Array;
  /** Genes asked for that the matrix lacks: they count as never seen, zero in every spot. */
  readonly absent: readonly string[];
}

/** Matches the columns of a matrix to `genes` by name. @throws RangeError when a gene is asked for twice. */
export function mapColumns(counts: CountMatrix, genes: readonly string[]): ColumnMap {
  const wanted = new Map(genes.map((gene, g) => [gene, g]));
  if (wanted.size !== genes.length) throw new RangeError('mapColumns: a gene is asked for twice');
  const target = Uint32Array.from(counts.genes, (gene) => wanted.get(gene) ?? NOT_ASKED);
  const here = new Set(counts.genes);
  return { target, absent: genes.filter((gene) => !here.has(gene)) };
}

/** Calls `visit(i, g, count)` for every non-zero count of the genes asked for; spots ascending, genes in file order. */
export function forEachCount(
  counts: CountMatrix,
  columns: ColumnMap,
  visit: (spot: number, gene: number, count: number) => void,
): void {
  const { indptr, indices, values } = counts;
  for (let i = 0; i < indptr.length - 1; i++) {
    for (let k = indptr[i]; k < indptr[i + 1]; k++) {
      const g = columns.target[indices[k]];
      if (g !== NOT_ASKED) visit(i, g, values[k]);
    }
  }
}

/** Dense counts of the genes asked for, row-major [N, G]; genes the matrix lacks are zero and listed in `absent`. */
export function denseCounts(
  counts: CountMatrix,
  genes: readonly string[],
): { values: Float32Array; absent: readonly string[] } {
  const columns = mapColumns(counts, genes);
  const values = new Float32Array(spotCount(counts) * genes.length);
  forEachCount(counts, columns, (i, g, count) => (values[i * genes.length + g] = count));
  return { values, absent: columns.absent };
}
