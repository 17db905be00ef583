import { badData } from './bad-data.ts';
import { checkPointers, type RawCounts } from './gather-genes.ts';
import { needArray, needNumbers, needPair, type Numbers, placeIn, type Tree } from './tree.ts';

/** Least numbers of a dense matrix read at a time, 4 MB of float32, where they are not stored in larger chunks. */
const BLOCK = 2 ** 20;

/**
 * Reads a matrix as anndata writes it: dense (an array), or sparse by rows (`csr_matrix`) or columns (`csc_matrix`; a group of
 * data, indices and indptr, its shape an attribute; under other names before anndata 0.7). [rows, columns]
 * @throws SpotbenchError `bad-data` when it is of another kind or size.
 */
export async function readAnndataMatrix(tree: Tree, name: string, rows: number, columns: number): Promise<RawCounts> {
  const kind = await tree.kind(name);
  if (kind === 'absent') throw badData(placeIn(tree, name), 'needed a matrix, found none', 'name one that is there');
  if (kind === 'array') return readDense(tree, name, rows, columns);
  return readSparse(tree, name, rows, columns);
}

async function readDense(tree: Tree, name: string, rows: number, columns: number): Promise<RawCounts> {
  const shape = await needArray(tree, name, 2);
  checkShape(tree, name, [shape[0], shape[1]], rows, columns);
  // Whole chunks, so that none is decompressed twice.
  const chunk = await tree.chunkRows(name);
  // Chunks may be larger than the matrix.
  const step = Math.min(rows, chunk * Math.max(1, Math.floor(BLOCK / Math.max(1, chunk * columns))));
  const pieces = new Pieces(rows, step * columns);
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(rows, from + step);
    const block = await tree.numbers(name, [from, to]);
    pieces.add(block, columns);
  }
  return pieces.finish();
}

/** Collects the non-zero entries of dense blocks. NaN is not zero and is kept, to be refused with its place. */
class Pieces {
  readonly #indptr: Uint32Array;
  readonly #indices: Uint32Array[] = [];
  readonly #values: Float64Array[] = [];
  /** Where the entries of a block are collected. */
  readonly #scratch: { readonly indices: Uint32Array; readonly values: Float64Array };
  #row = 0;

  constructor(rows: number, most: number) {
    this.#indptr = new Uint32Array(rows + 1);
    this.#scratch = { indices: new Uint32Array(most), values: new Float64Array(most) };
  }

  add(block: Numbers, columns: number): void {
    const { indices, values } = this.#scratch;
    let nnz = 0;
    for (let start = 0; start < block.length; start += columns) {
      const before = nnz;
      for (let c = 0; c < columns; c++) {
        const value = block[start + c];
        if (value === 0) continue;
        indices[nnz] = c;
        values[nnz++] = value;
      }
      this.#indptr[this.#row + 1] = this.#indptr[this.#row] + nnz - before;
      this.#row++;
    }
    this.#indices.push(indices.slice(0, nnz));
    this.#values.push(values.slice(0, nnz));
  }

  finish(): RawCounts {
    const nnz = this.#indptr.at(-1)!;
    const [indices, values] = [new Uint32Array(nnz), new Float64Array(nnz)];
    let at = 0;
    this.#indices.forEach((piece, p) => {
      indices.set(piece, at);
      values.set(this.#values[p], at);
      at += piece.length;
    });
    return { indptr: this.#indptr, indices, values };
  }
}

async function readSparse(tree: Tree, name: string, rows: number, columns: number): Promise<RawCounts> {
  const encoding = (await tree.attribute(name, 'encoding-type')) ?? (await tree.attribute(name, 'h5sparse_format'));
  const byRow = encoding === 'csr_matrix' || encoding === 'csr';
  if (!byRow && encoding !== 'csc_matrix' && encoding !== 'csc')
    throw badData(placeIn(tree, name), `needed csr_matrix or csc_matrix, found ${String(encoding)}`);
  const shape = (await tree.attribute(name, 'shape')) ?? (await tree.attribute(name, 'h5sparse_shape'));
  checkShape(tree, name, needPair(shape, placeIn(tree, name)), rows, columns);
  const values = await needNumbers(tree, `${name}/data`);
  const indices = await needNumbers(tree, `${name}/indices`, values.length);
  const indptr = await needNumbers(tree, `${name}/indptr`, (byRow ? rows : columns) + 1);
  const raw = { indptr, indices, values };
  return byRow ? raw : transpose(raw, rows, placeIn(tree, name));
}

/** Compressed columns as compressed rows; the columns of a row ascend. */
function transpose(raw: RawCounts, rows: number, where: string): RawCounts {
  checkPointers(raw, where);
  const nnz = raw.indices.length;
  const indptr = new Uint32Array(rows + 1);
  for (let k = 0; k < nnz; k++) {
    const row = raw.indices[k];
    if (!(row >= 0 && row < rows))
      throw badData(`${where}, entry ${k + 1}`, `needed a row in 0..${rows - 1}, found ${row}`);
    indptr[row + 1]++;
  }
  for (let row = 0; row < rows; row++) indptr[row + 1] += indptr[row];
  const next = indptr.slice();
  const [indices, values] = [new Uint32Array(nnz), new Float64Array(nnz)];
  for (let column = 0; column + 1 < raw.indptr.length; column++) {
    for (let k = raw.indptr[column]; k < raw.indptr[column + 1]; k++) {
      const at = next[raw.indices[k]]++;
      indices[at] = column;
      values[at] = raw.values[k];
    }
  }
  return { indptr, indices, values };
}

function checkShape(tree: Tree, name: string, shape: [number, number], rows: number, columns: number): void {
  if (shape[0] !== rows || shape[1] !== columns)
    throw badData(
      placeIn(tree, name),
      `is ${shape[0]} x ${shape[1]}, needed ${rows} observations x ${columns} variables`,
    );
}
