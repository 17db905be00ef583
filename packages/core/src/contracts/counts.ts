/**
 * Molecule counts of a section, compressed sparse rows (CSR): the non-zero counts of spot i are
 * `values[indptr[i] .. indptr[i + 1])`, in columns `indices[...]`, ascending. N spots x G genes.
 */
export interface CountMatrix {
  /** Gene names, unique, in file order. [G] */
  readonly genes: readonly string[];
  /** [N + 1] */
  readonly indptr: Uint32Array;
  /** Gene column of each non-zero count. [nnz] */
  readonly indices: Uint32Array;
  /** The counts. [nnz] */
  readonly values: Float32Array;
}
