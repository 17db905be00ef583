import { badData } from './bad-data.ts';
import { readIndex } from './anndata-frame.ts';
import { readAnndataMatrix } from './anndata-matrix.ts';
import { openH5 } from './h5-tree.ts';

/** A table of numbers with names. */
export interface NamedTable {
  /** [N] */
  readonly rows: readonly string[];
  /** [G] */
  readonly columns: readonly string[];
  /** Row-major. [N, G] */
  readonly values: Float64Array;
}

/**
 * Reads `X` of an h5ad file as it stands, with the names of `obs` and `var`: numbers of any kind, unlike `readAnndata`, which
 * needs counts and sums genes of one name.
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not of that layout.
 */
export async function readAnndataTable(path: string): Promise<NamedTable> {
  const tree = await openH5(path);
  try {
    const [rows, columns] = [await readIndex(tree, 'obs'), await readIndex(tree, 'var')];
    const { indptr, indices, values } = await readAnndataMatrix(tree, 'X', rows.length, columns.length);
    const dense = new Float64Array(rows.length * columns.length);
    for (let row = 0; row < rows.length; row++) {
      for (let k = indptr[row]; k < indptr[row + 1]; k++) {
        const column = indices[k];
        if (!(column >= 0 && column < columns.length))
          throw badData(`${path} dataset /X`, `needed a column in 0..${columns.length - 1}, found ${column}`);
        dense[row * columns.length + column] = values[k];
      }
    }
    return { rows, columns, values: dense };
  } finally {
    await tree.close();
  }
}
