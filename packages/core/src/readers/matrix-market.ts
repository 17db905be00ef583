import { badData } from './bad-data.ts';
import { quote } from './delimited-table.ts';
import type { RawCounts } from './gather-genes.ts';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const ZERO = 48;

/** A sparse matrix of a Matrix Market file, its columns as compressed rows: barcode by barcode for 10x files. */
export interface MarketMatrix {
  /** Rows of the file: features. */
  readonly rowCount: number;
  /** Columns of the file: barcodes. */
  readonly columnCount: number;
  /** Compressed by column of the file; rows of a column in the order of the file. */
  readonly raw: RawCounts;
}

/**
 * Parses a Matrix Market file in coordinate form (integer or real, general) in one pass over its bytes. Entries may stand in
 * any order; CRLF and blank lines at the end are accepted.
 * @throws SpotbenchError `bad-data` naming file and line when the first line is not such a header, an entry is not three
 * numbers or lies outside the matrix, a count is not a whole number of at least 0, or there are more or fewer entries than
 * announced.
 */
export function parseMatrixMarket(bytes: Uint8Array, path: string): MarketMatrix {
  const scan = new Scanner(bytes, path);
  scan.header();
  const [rowCount, columnCount, entryCount] = scan.sizes();
  // Three digits, two spaces and a newline are the least an entry takes, so a lying size cannot ask for much memory.
  if (entryCount > bytes.length / 4)
    throw badData(path, `announces ${entryCount} entries, more than its ${bytes.length} bytes can hold`);
  const [rows, columns, values] = [
    new Uint32Array(entryCount),
    new Uint32Array(entryCount),
    new Float64Array(entryCount),
  ];
  for (let k = 0; k < entryCount; k++) {
    rows[k] = scan.position(rowCount, 'row', k, entryCount);
    columns[k] = scan.position(columnCount, 'column', k, entryCount);
    values[k] = scan.count();
    scan.endOfLine();
  }
  scan.endOfFile(entryCount);
  return { rowCount, columnCount, raw: compress(rows, columns, values, columnCount) };
}

/** Counting sort by column, keeping the order of the file within one. */
function compress(rows: Uint32Array, columns: Uint32Array, values: Float64Array, columnCount: number): RawCounts {
  const indptr = new Uint32Array(columnCount + 1);
  for (const column of columns) indptr[column + 1]++;
  for (let j = 0; j < columnCount; j++) indptr[j + 1] += indptr[j];
  const next = indptr.slice();
  const indices = new Uint32Array(rows.length);
  const sorted = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) {
    const at = next[columns[k]]++;
    indices[at] = rows[k];
    sorted[at] = values[k];
  }
  return { indptr, indices, values: sorted };
}

/** Walks the bytes, line by line and word by word. */
class Scanner {
  readonly #bytes: Uint8Array;
  readonly #path: string;
  #at = 0;
  #line = 1;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#path = path;
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    if (mark) this.#at = 3;
  }

  header(): void {
    const words = this.#text().toLowerCase().split(/\s+/);
    const [banner, object, form, field, symmetry] = words;
    if (banner !== '%%matrixmarket' || object !== 'matrix')
      throw badData(this.#where(), `needed %%MatrixMarket matrix, found ${quote(words.join(' '))}`);
    if (form !== 'coordinate' || !['integer', 'real'].includes(field) || symmetry !== 'general')
      throw badData(
        this.#where(),
        `needed coordinate integer (or real) general, found ${quote(words.slice(2).join(' '))}`,
        'write the matrix as sparse counts',
      );
    this.#nextLine();
    while (this.#bytes[this.#at] === 37) this.#nextLine();
  }

  /** Rows, columns, entries. */
  sizes(): [number, number, number] {
    const text = this.#text().trim();
    const sizes = text.split(/\s+/).map(Number);
    const whole = /^[\d\s]+$/.test(text) && sizes.length === 3 && sizes.every((n) => Number.isSafeInteger(n));
    // Uint32 positions, and a pointer per column.
    if (!whole || sizes[0] >= 2 ** 32 || sizes[1] >= 2 ** 28)
      throw badData(this.#where(), `needed the numbers of rows, columns and entries, found ${quote(text)}`);
    this.#nextLine();
    return sizes as [number, number, number];
  }

  /** A 1-based position as 0-based. */
  position(size: number, name: string, entry: number, entries: number): number {
    if (this.#at >= this.#bytes.length) throw badData(this.#path, `needed ${entries} entries, found ${entry}`);
    const start = this.#skip();
    const value = this.#digits();
    if (this.#at === start || !this.#wordEnds() || value < 1 || value > size)
      throw badData(this.#where(), `needed a ${name} in 1..${size}, found ${quote(this.#word(start))}`);
    return value - 1;
  }

  count(): number {
    const start = this.#skip();
    const value = this.#digits();
    if (this.#at > start && this.#wordEnds()) return value;
    const word = this.#word(start);
    // Real matrices write 3 as 3.0 or 3e+00.
    const real = /^\d+(\.\d*)?([eE][-+]?\d+)?$/.test(word) ? Number(word) : NaN;
    if (!Number.isInteger(real))
      throw badData(
        this.#where(),
        `needed a whole number of molecules of at least 0, found ${quote(word)}`,
        'use raw counts, not normalised values',
      );
    this.#at = start + word.length;
    return real;
  }

  endOfLine(): void {
    this.#skip();
    if (this.#bytes[this.#at] === RETURN) this.#at++;
    if (this.#at < this.#bytes.length && this.#bytes[this.#at] !== NEWLINE)
      throw badData(this.#where(), `needed three numbers, found more: ${quote(this.#text())}`);
    this.#at++;
    this.#line++;
  }

  endOfFile(entries: number): void {
    const rest = this.#bytes.subarray(this.#at).some((byte) => ![NEWLINE, RETURN, SPACE, TAB].includes(byte));
    if (rest) throw badData(this.#where(), `needed ${entries} entries, found more`);
  }

  #skip(): number {
    while (this.#bytes[this.#at] === SPACE || this.#bytes[this.#at] === TAB) this.#at++;
    return this.#at;
  }

  #digits(): number {
    let value = 0;
    for (let d = this.#bytes[this.#at] - ZERO; d >= 0 && d <= 9; d = this.#bytes[++this.#at] - ZERO)
      value = value * 10 + d;
    return value;
  }

  #wordEnds(): boolean {
    const byte = this.#bytes[this.#at];
    return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB || this.#at >= this.#bytes.length;
  }

  #word(start: number): string {
    return /^\S*/.exec(this.#latin(start, start + 64))![0];
  }

  #text(): string {
    const newline = this.#bytes.indexOf(NEWLINE, this.#at);
    return this.#latin(this.#at, newline < 0 ? this.#bytes.length : newline);
  }

  #latin(from: number, to: number): string {
    return Buffer.from(this.#bytes.subarray(from, Math.min(to, from + 1024)))
      .toString('latin1')
      .replace(/\r$/, '');
  }

  #nextLine(): void {
    const newline = this.#bytes.indexOf(NEWLINE, this.#at);
    this.#at = newline < 0 ? this.#bytes.length : newline + 1;
    this.#line++;
  }

  #where(): string {
    return `${this.#path} line ${this.#line}`;
  }
}
