import { parse } from 'csv-parse/sync';
import { type ArrayCoordinate, arrayCoordinate } from './array-coordinate.ts';
import { badData } from './bad-data.ts';

/** One row of a spot selection file. */
export interface SelectedSpot {
  readonly array: ArrayCoordinate;
  /** Spot centre in pixels of the full-resolution image. */
  readonly pixelX: number;
  readonly pixelY: number;
  /** False for spots the authors left out because they lie outside the tissue. */
  readonly selected: boolean;
  /** Line of the file, from 1. */
  readonly line: number;
}

const COLUMNS = ['x', 'y', 'pixel_x', 'pixel_y', 'selected'] as const;
type Column = (typeof COLUMNS)[number];

/**
 * Parses a selection file (tab-separated: x, y, new_x, new_y, pixel_x, pixel_y, selected; in any order, others ignored).
 * A byte order mark, CRLF, quoted fields and blank lines are accepted, they are harmless.
 * @throws SpotbenchError `bad-data` naming file and line on a missing or repeated column, a ragged row, a coordinate that is
 * not a finite number, a `selected` other than 0 or 1, or two rows on one rounded array coordinate; and when there is no row.
 */
export function parseSelectionTable(bytes: Uint8Array, path: string): SelectedSpot[] {
  const [header, ...rows] = parseRows(bytes, path);
  if (header === undefined) throw badData(path, 'needed a header line, found none');
  const column = columnPositions(header.cells, `${path} line ${header.line}`);
  if (rows.length === 0) throw badData(path, 'needed at least one spot, found only the header');
  const spots = rows.map(({ cells, line }) => {
    const where = `${path} line ${line}`;
    if (cells.length !== header.cells.length)
      throw badData(where, `needed ${header.cells.length} columns as in the header, found ${cells.length}`);
    return parseSpot((name) => cells[column[name]], line, where);
  });
  checkUnique(spots, path);
  return spots;
}

interface Row {
  readonly cells: string[];
  readonly line: number;
}

function parseRows(bytes: Uint8Array, path: string): Row[] {
  try {
    const options = {
      bom: true,
      delimiter: '\t',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    } as const;
    const parsed = parse(Buffer.from(bytes), options) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    throw badData(path, `not a tab-separated table (${(cause as Error).message})`, undefined, cause);
  }
}

function columnPositions(header: readonly string[], where: string): Record<Column, number> {
  const found = JSON.stringify(header.join(' ')).slice(0, 100);
  const entries = COLUMNS.map((name) => {
    const at = header.indexOf(name);
    if (at < 0) throw badData(where, `needed a column ${name}, found ${found}`);
    if (header.lastIndexOf(name) !== at) throw badData(where, `column ${name} stands twice, needed once`);
    return [name, at] as const;
  });
  return Object.fromEntries(entries) as Record<Column, number>;
}

/** Stricter than `Number`, which also takes `0x10` and the empty string. */
const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

function parseSpot(cell: (name: Column) => string, line: number, where: string): SelectedSpot {
  const number = (name: Column): number => {
    const text = cell(name).trim();
    const value = DECIMAL.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(value)) throw badData(where, `${name}: needed a number, found ${JSON.stringify(text)}`);
    return value;
  };
  const selected = number('selected');
  if (selected !== 0 && selected !== 1) throw badData(where, `selected: needed 0 or 1, found ${selected}`);
  const array = arrayCoordinate(number('x'), number('y'));
  return { array, pixelX: number('pixel_x'), pixelY: number('pixel_y'), selected: selected === 1, line };
}

function checkUnique(spots: readonly SelectedSpot[], path: string): void {
  const first = new Map<string, number>();
  for (const { array, line } of spots) {
    const before = first.get(array.key);
    if (before !== undefined)
      throw badData(
        `${path} line ${line}`,
        `spot ${array.key} (rounded array coordinate) already stands on line ${before}, needed once`,
        'remove one of the rows',
      );
    first.set(array.key, line);
  }
}
