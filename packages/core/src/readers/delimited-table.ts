import { parse } from 'csv-parse/sync';
import { badData } from './bad-data.ts';

/** One line of a table. */
export interface TableRow {
  readonly cells: readonly string[];
  /** Line of the file, from 1. */
  readonly line: number;
}

/**
 * Splits a table into rows. A byte order mark, CRLF, quoted fields and blank lines are accepted, they are harmless.
 * @throws SpotbenchError `bad-data` when the bytes are not UTF-8 or quotes do not close.
 */
export function parseRows(bytes: Uint8Array, path: string, delimiter: '\t' | ','): TableRow[] {
  const options = { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true } as const;
  const text = decodeUtf8(bytes, path);
  try {
    const parsed = parse(text, options) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return parsed.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    const name = delimiter === '\t' ? 'tab' : 'comma';
    throw badData(path, `not a ${name}-separated table (${(cause as Error).message})`, undefined, cause);
  }
}

/** @throws SpotbenchError `bad-data` when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw badData(path, 'needed text in UTF-8, found other bytes', undefined, cause);
  }
}

/**
 * Where each of `columns` stands in a header; undefined for an optional one that does not.
 * @throws SpotbenchError `bad-data` when a required column is missing or any of them stands twice.
 */
export function findColumns<R extends string, O extends string = never>(
  header: TableRow,
  path: string,
  columns: { readonly required: readonly R[]; readonly optional?: readonly O[] },
): Record<R, number> & Record<O, number | undefined> {
  const where = `${path} line ${header.line}`;
  const found = new Map<string, number>();
  for (const name of [...columns.required, ...(columns.optional ?? [])]) {
    const at = header.cells.indexOf(name);
    if (at >= 0 && header.cells.lastIndexOf(name) !== at)
      throw badData(where, `column ${name} stands twice, needed once`);
    if (at >= 0) found.set(name, at);
    else if ((columns.required as readonly string[]).includes(name))
      throw badData(where, `needed a column ${name}, found ${quote(header.cells.join(' '))}`);
  }
  return Object.fromEntries(found) as Record<R, number> & Record<O, number | undefined>;
}

/** Stricter than `Number`, which also takes `0x10` and the empty string. */
const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/** The number a cell holds. @throws SpotbenchError `bad-data` when it is not a finite decimal number. */
export function parseNumber(text: string, name: string, where: string): number {
  const trimmed = text.trim();
  const value = DECIMAL.test(trimmed) ? Number(trimmed) : NaN;
  if (!Number.isFinite(value)) throw badData(where, `${name}: needed a number, found ${quote(trimmed)}`);
  return value;
}

/** The number a cell holds, 0 or 1, as a boolean. @throws SpotbenchError `bad-data` for anything else. */
export function parseFlag(text: string, name: string, where: string): boolean {
  const value = parseNumber(text, name, where);
  if (value !== 0 && value !== 1) throw badData(where, `${name}: needed 0 or 1, found ${value}`);
  return value === 1;
}

/** @throws SpotbenchError `bad-data` when a row has another number of cells than the header. */
export function checkWidth(row: TableRow, width: number, path: string): void {
  if (row.cells.length !== width)
    throw badData(`${path} line ${row.line}`, `needed ${width} columns, found ${row.cells.length}`);
}

/** Text as it may be shown in a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
