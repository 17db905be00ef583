import type { CountMatrix } from '../contracts/counts.ts';
import { badData } from './bad-data.ts';

/** Whole numbers above this are not held by float32; no spot has so many molecules of a gene. */
const MOST = 2 ** 24;

/** Counts as a file has them: N rows x F features, compressed sparse rows, columns of a row in any order. */
export interface RawCounts {
  /** [N + 1] */
  readonly indptr: ArrayLike<number>;
  /** [nnz] */
  readonly indices: ArrayLike<number>;
  /** [nnz] */
  readonly values: ArrayLike<number>;
}

/** Where the features of a file go, and how to name places in it. */
export interface Gathering {
  /** [G] */
  readonly genes: readonly string[];
  /** Gene column of each feature, -1 for one that is left out. [F] */
  readonly column: Int32Array;
  /** File and dataset, for messages. */
  readonly where: string;
  /** Name of a row and of a feature, for messages. */
  readonly rowName: (row: number) => string;
  readonly featureName: (feature: number) => string;
  /** What to do about values that are not counts. */
  readonly remedy?: string;
}

/** A count matrix and what was done to the rows of the file. */
export interface Gathered {
  readonly counts: CountMatrix;
  /** `explicit-zeros`: stored entries that are 0, dropped. `unsorted-rows`: rows whose features did not ascend, sorted. */
  readonly report: { readonly 'explicit-zeros': number; readonly 'unsorted-rows': number };
}

/**
 * Makes a count matrix [N, G]: features that go to the same gene are summed, columns of each row ascend, zeros go.
 * @throws SpotbenchError `bad-data` when `indptr` does not rise from 0 to the number of entries, a feature is out of range or
 * stands twice in a row, or a count is not a whole number in 0..2^24 (negative, fraction, NaN).
 */
export function gatherGenes(raw: RawCounts, gathering: Gathering): Gathered {
  checkPointers(raw, gathering.where);
  const asStored = countsAsStored(raw, gathering);
  if (asStored) return { counts: asStored, report: { 'explicit-zeros': 0, 'unsorted-rows': 0 } };
  const gatherer = new Gatherer(raw, gathering);
  for (let row = 0; row + 1 < raw.indptr.length; row++) if (!gatherer.copyRow(row)) gatherer.row(row);
  return gatherer.finish();
}

/**
 * The arrays of the file themselves, where they already are a count matrix: every feature its own gene, features of each row
 * ascending, counts above 0, 32 bit each. Undefined where anything is not so; to refuse what is wrong is left to others.
 */
function countsAsStored({ indptr, indices, values }: RawCounts, { genes, column }: Gathering): CountMatrix | undefined {
  if (!(indices instanceof Int32Array)) return undefined;
  if (genes.length !== column.length || column.some((gene, feature) => gene !== feature)) return undefined;
  if (!featuresAscend(indptr, indices, genes.length)) return undefined;
  const counts = asFloat32(values);
  if (counts === undefined) return undefined;
  const unsigned = new Uint32Array(indices.buffer, indices.byteOffset, indices.length);
  return { genes, indptr: Uint32Array.from(indptr), indices: unsigned, values: counts };
}

function featuresAscend(indptr: ArrayLike<number>, indices: Int32Array, features: number): boolean {
  for (let row = 0; row + 1 < indptr.length; row++) {
    const end = indptr[row + 1];
    // A pointer that is no whole number finds undefined, which is not above anything.
    for (let k = indptr[row], last = -1; k < end; last = indices[k++]) if (!(indices[k] > last)) return false;
    if (end > indptr[row] && indices[end - 1] >= features) return false;
  }
  return true;
}

/** Counts above 0 as float32, in the memory they are in; undefined, and unchanged, where one is none. */
function asFloat32(values: ArrayLike<number>): Float32Array | undefined {
  if (!(values instanceof Float32Array || values instanceof Int32Array) || !allCounts(values)) return undefined;
  if (values instanceof Float32Array) return values;
  const floats = new Float32Array(values.buffer, values.byteOffset, values.length);
  for (let k = 0; k < values.length; k++) floats[k] = values[k];
  return floats;
}

function allCounts(values: Float32Array | Int32Array): boolean {
  // By index: an iterator takes five times as long.
  for (let k = 0; k < values.length; k++) {
    const value = values[k];
    if (!(value > 0 && value <= MOST && (value | 0) === value)) return false;
  }
  return true;
}

/** @throws SpotbenchError `bad-data` unless `indptr` rises from 0 to the number of entries. */
export function checkPointers({ indptr, indices, values }: RawCounts, where: string): void {
  const rows = indptr.length - 1;
  if (rows < 1) throw badData(where, 'needed at least one row of counts, found none');
  if (indices.length !== values.length)
    throw badData(where, `${indices.length} indices but ${values.length} counts, needed as many of each`);
  if (indptr[0] !== 0 || indptr[rows] !== indices.length)
    throw badData(
      where,
      `row pointers run from ${indptr[0]} to ${indptr[rows]}, needed 0 to the ${indices.length} entries`,
    );
  for (let row = 0; row < rows; row++)
    if (!(indptr[row] <= indptr[row + 1]))
      throw badData(where, `row pointers fall from ${indptr[row]} to ${indptr[row + 1]} at row ${row}`);
}

class Gatherer {
  readonly #raw: RawCounts;
  readonly #to: Gathering;
  readonly #indptr: Uint32Array;
  readonly #indices: Uint32Array;
  readonly #values: Float32Array;
  /** Row in which a feature, or a gene, was seen last. */
  readonly #featureSeen: Int32Array;
  readonly #geneSeen: Int32Array;
  /** Sum of each gene in the current row. */
  readonly #sum: Float64Array;
  #nnz = 0;
  #zeros = 0;
  #unsorted = 0;

  constructor(raw: RawCounts, to: Gathering) {
    this.#raw = raw;
    this.#to = to;
    this.#indptr = new Uint32Array(raw.indptr.length);
    this.#indices = new Uint32Array(raw.indices.length);
    this.#values = new Float32Array(raw.indices.length);
    this.#featureSeen = new Int32Array(to.column.length).fill(-1);
    this.#geneSeen = new Int32Array(to.genes.length).fill(-1);
    this.#sum = new Float64Array(to.genes.length);
  }

  /**
   * Takes a row as it is where features and their genes ascend and counts are counts, which is nearly always so. All
   * others are left to `row`, also to be refused. False when it did nothing.
   */
  copyRow(row: number): boolean {
    const { indptr, indices, values } = this.#raw;
    const { column } = this.#to;
    const [toIndices, toValues, end] = [this.#indices, this.#values, indptr[row + 1]];
    let [nnz, zeros, feature, gene] = [this.#nnz, 0, -1, -1];
    for (let k = indptr[row]; k < end; k++) {
      const [next, value] = [indices[k], values[k]];
      const nextGene = column[next];
      // Undefined for a fraction or a feature out of range, for which the comparison is false.
      if (!(next > feature && nextGene >= -1 && value >= 0 && value <= MOST && (value | 0) === value)) return false;
      feature = next;
      if (value === 0) zeros++;
      else if (nextGene >= 0) {
        if (nextGene <= gene) return false;
        gene = nextGene;
        toIndices[nnz] = nextGene;
        toValues[nnz++] = value;
      }
    }
    this.#zeros += zeros;
    this.#nnz = nnz;
    this.#indptr[row + 1] = nnz;
    return true;
  }

  row(row: number): void {
    const { indptr, indices, values } = this.#raw;
    const first = this.#nnz;
    let sorted = true;
    for (let k = indptr[row]; k < indptr[row + 1]; k++) {
      const feature = indices[k];
      this.#checkEntry(row, feature, values[k]);
      if (k > indptr[row] && feature < indices[k - 1]) sorted = false;
      if (values[k] === 0) this.#zeros++;
      else this.#add(row, this.#to.column[feature], values[k]);
    }
    if (!sorted) this.#unsorted++;
    this.#closeRow(row, first);
  }

  #checkEntry(row: number, feature: number, value: number): void {
    const { column, where, rowName, featureName } = this.#to;
    // `in` would be true for any whole number of the array; NaN and fractions fail here too.
    if (!(feature >= 0 && feature < column.length && Number.isInteger(feature)))
      throw badData(`${where}, ${rowName(row)}`, `needed a feature in 0..${column.length - 1}, found ${feature}`);
    if (!(Number.isInteger(value) && value >= 0 && value <= MOST))
      throw badData(
        `${where}, ${rowName(row)}, ${featureName(feature)}`,
        `needed a whole number of molecules in 0..${MOST}, found ${value}`,
        this.#to.remedy ?? 'use raw counts, not normalised values',
      );
    if (this.#featureSeen[feature] === row)
      throw badData(`${where}, ${rowName(row)}`, `${featureName(feature)} stands twice, needed once`);
    this.#featureSeen[feature] = row;
  }

  #add(row: number, gene: number, value: number): void {
    if (gene < 0) return;
    if (this.#geneSeen[gene] !== row) {
      this.#geneSeen[gene] = row;
      this.#sum[gene] = 0;
      this.#indices[this.#nnz++] = gene;
    }
    this.#sum[gene] += value;
  }

  #closeRow(row: number, first: number): void {
    const genes = this.#indices.subarray(first, this.#nnz);
    if (!ascends(genes)) genes.sort();
    genes.forEach((gene, k) => {
      const sum = this.#sum[gene];
      if (sum > MOST)
        throw badData(
          `${this.#to.where}, ${this.#to.rowName(row)}`,
          `counts of gene ${this.#to.genes[gene]} sum to ${sum}, more than ${MOST}`,
        );
      this.#values[first + k] = sum;
    });
    this.#indptr[row + 1] = this.#nnz;
  }

  finish(): Gathered {
    // Nothing was left out: no need to copy.
    const isFull = this.#nnz === this.#indices.length;
    const counts = {
      genes: this.#to.genes,
      indptr: this.#indptr,
      indices: isFull ? this.#indices : this.#indices.slice(0, this.#nnz),
      values: isFull ? this.#values : this.#values.slice(0, this.#nnz),
    };
    return { counts, report: { 'explicit-zeros': this.#zeros, 'unsorted-rows': this.#unsorted } };
  }
}

function ascends(values: Uint32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] <= values[i - 1]) return false;
  return true;
}
