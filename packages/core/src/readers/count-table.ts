import type { CountMatrix } from '../contracts/counts.ts';
import type { ReadReport } from '../contracts/section.ts';
import { badData } from './bad-data.ts';
import { parseCountHeader } from './count-header.ts';
import { gatherGenes } from './gather-genes.ts';

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const ZERO = 48;

/** Above this float32 no longer holds every whole number; no spot has so many molecules of a gene. */
const MOST = 2 ** 24;

/** A table of counts as it stands in a file. Row i stands on line i + 2. */
export interface CountTable {
  /** First cell of each row. [N] */
  readonly rowIds: readonly string[];
  readonly counts: CountMatrix;
  /** `features-summed`: columns added to an earlier one of the same gene, absent where there are none. */
  readonly report: ReadReport;
}

/**
 * Parses a tab-separated table, spots x genes, from its bytes in one pass. Accepted: LF or CRLF line ends, a byte order
 * mark, blank lines at the end, and whole numbers written `3.0` (pandas does so for float columns). Columns of one gene are summed.
 * @throws SpotbenchError `bad-data` naming file, line, spot and gene on a ragged row, a blank line in between, or a count
 * that is not a whole number of at least 0 (negative, fraction, NaN, empty, text); and when there are no spots.
 */
export function parseCountTable(bytes: Uint8Array, path: string): CountTable {
  const { genes, end } = parseCountHeader(bytes, path);
  const scan = new RowScanner(bytes, end, genes, path);
  while (scan.hasRow()) scan.row();
  if (scan.rowIds.length === 0) throw badData(path, 'needed at least one row of counts, found only the header');
  return sumRepeated(scan.rowIds, scan.finish(), path);
}

/** Makes columns that share a name one gene, as `chooseGenes` does for other files. */
function sumRepeated(rowIds: readonly string[], counts: CountMatrix, path: string): CountTable {
  const genes = [...new Set(counts.genes)];
  const summed = counts.genes.length - genes.length;
  if (summed === 0) return { rowIds, counts, report: {} };
  const columnOf = new Map(genes.map((gene, g) => [gene, g]));
  const gathered = gatherGenes(counts, {
    genes,
    column: Int32Array.from(counts.genes, (gene) => columnOf.get(gene)!),
    where: path,
    rowName: (row) => `spot ${rowIds[row]}`,
    featureName: (f) => `gene ${counts.genes[f]}`,
  });
  return { rowIds, counts: gathered.counts, report: { 'features-summed': summed } };
}

/** Walks the bytes once, collecting row ids and non-zero counts. */
class RowScanner {
  readonly rowIds: string[] = [];
  readonly #bytes: Uint8Array;
  readonly #genes: readonly string[];
  readonly #path: string;
  readonly #indptr: number[] = [0];
  // A count takes at least two bytes with its separator, so this is never too small; untouched pages cost no memory.
  readonly #indices: Uint32Array;
  readonly #values: Float32Array;
  #at: number;

  constructor(bytes: Uint8Array, start: number, genes: readonly string[], path: string) {
    this.#bytes = bytes;
    this.#at = start;
    this.#genes = genes;
    this.#path = path;
    const most = Math.ceil((bytes.length - start) / 2) + 1;
    this.#indices = new Uint32Array(most);
    this.#values = new Float32Array(most);
  }

  /** False at the end of the file, blank lines not counted. */
  hasRow(): boolean {
    let at = this.#at;
    while (this.#bytes[at] === NEWLINE || this.#bytes[at] === RETURN) at++;
    return at < this.#bytes.length;
  }

  row(): void {
    const start = this.#at;
    this.rowIds.push(this.#cellText(start));
    if (this.rowIds.at(-1) === '')
      throw badData(this.#where(), 'needed a spot id, found a blank line or an empty cell');
    this.#at += this.rowIds.at(-1)!.length;
    this.#cells(start);
    this.#endOfRow(start);
  }

  /** The hot loop: every count of one row, zero ones included, passes here. */
  #cells(rowStart: number): void {
    const bytes = this.#bytes;
    const genes = this.#genes.length;
    let nnz = this.#indptr[this.#indptr.length - 1];
    let at = this.#at;
    for (let g = 0; g < genes; g++) {
      if (bytes[at] !== TAB) throw this.#ragged(rowStart);
      const from = ++at;
      let value = 0;
      for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO)
        value = value * 10 + digit;
      const after = bytes[at];
      if (at === from || (after !== TAB && after !== NEWLINE && after !== RETURN && at < bytes.length)) {
        value = this.#wholeFloat(from, g, rowStart);
        at = from + this.#cellText(from).length;
      }
      if (value > MOST) throw this.#badCount(from, g);
      if (value !== 0) {
        this.#indices[nnz] = g;
        this.#values[nnz++] = value;
      }
    }
    this.#indptr.push(nnz);
    this.#at = at;
  }

  #endOfRow(rowStart: number): void {
    if (this.#bytes[this.#at] === RETURN) this.#at++;
    if (this.#at < this.#bytes.length && this.#bytes[this.#at] !== NEWLINE) throw this.#ragged(rowStart);
    this.#at++;
  }

  /** The value of a cell such as `3.0`. */
  #wholeFloat(from: number, gene: number, rowStart: number): number {
    const text = this.#cellText(from);
    if (text === '' && this.#cellCount(rowStart) !== this.#genes.length) throw this.#ragged(rowStart);
    if (!/^\d+\.0*$/.test(text)) throw this.#badCount(from, gene);
    return Number(text);
  }

  finish(): CountMatrix {
    const nnz = this.#indptr.at(-1)!;
    return {
      genes: this.#genes,
      indptr: Uint32Array.from(this.#indptr),
      indices: this.#indices.slice(0, nnz),
      values: this.#values.slice(0, nnz),
    };
  }

  #cellText(from: number): string {
    let to = from;
    while (to < this.#bytes.length && ![TAB, NEWLINE, RETURN].includes(this.#bytes[to])) to++;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, to - from).toString('latin1');
  }

  #cellCount(rowStart: number): number {
    const newline = this.#bytes.indexOf(NEWLINE, rowStart);
    const row = this.#bytes.subarray(rowStart, newline < 0 ? undefined : newline);
    return row.reduce((tabs, byte) => tabs + Number(byte === TAB), 0);
  }

  #where(): string {
    return `${this.#path} line ${this.rowIds.length + 1}`;
  }

  #ragged(rowStart: number): Error {
    return badData(
      `${this.#where()} (spot ${this.rowIds.at(-1)!})`,
      `needed ${this.#genes.length} counts to match the header, found ${this.#cellCount(rowStart)}`,
    );
  }

  #badCount(from: number, gene: number): Error {
    const text = this.#cellText(from);
    return badData(
      `${this.#where()} (spot ${this.rowIds.at(-1)!}, gene ${this.#genes[gene]})`,
      `needed a whole number of molecules in 0..${MOST}, found ${JSON.stringify(text.slice(0, 40))}`,
      'use raw counts, not normalised values',
    );
  }
}
