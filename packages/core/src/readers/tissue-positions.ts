import { badData } from './bad-data.ts';
import { checkBarcodes } from './barcode-counts.ts';
import { checkWidth, findColumns, parseFlag, parseNumber, parseRows, type TableRow } from './delimited-table.ts';
import type { PlacedSpot } from './join-spots.ts';
import { readBytes } from './read-bytes.ts';
import { parseParquet } from './parquet.ts';

const COLUMNS = ['barcode', 'in_tissue', 'array_row', 'array_col', 'pxl_row_in_fullres', 'pxl_col_in_fullres'] as const;
type Column = (typeof COLUMNS)[number];
type Cells = (name: Column) => string;

const PARQUET_SIGNATURE = 'PAR1';

/**
 * Reads the spot positions Space Ranger wrote: `tissue_positions_list.csv` (1.x, no header), `tissue_positions.csv` (2.x,
 * with header) or `tissue_positions.parquet` (Visium HD), plain or gzipped, told apart by their content. Pixels refer to the
 * full-resolution image, columns right (x), rows down (y).
 * @throws SpotbenchError `missing-data` when there is no such file; `bad-data` naming the line on a missing column, a ragged
 * row, a barcode that stands twice, a coordinate that is not a number, an array coordinate that is not whole, or an
 * `in_tissue` other than 0 or 1; and when there is no spot.
 */
export async function readTissuePositions(path: string): Promise<PlacedSpot[]> {
  const bytes = await readBytes(path);
  const isParquet = Buffer.from(bytes.subarray(0, 4)).toString('latin1') === PARQUET_SIGNATURE;
  const spots = isParquet ? await parquetPositions(bytes, path) : csvPositions(bytes, path);
  if (spots.length === 0) throw badData(path, 'needed at least one spot, found none');
  checkBarcodes(
    spots.map(({ id }) => id),
    path,
  );
  return spots;
}

function csvPositions(bytes: Uint8Array, path: string): PlacedSpot[] {
  const rows = parseRows(bytes, path, ',');
  const hasHeader = rows[0]?.cells.includes('in_tissue') ?? false;
  const header: TableRow = hasHeader ? rows[0] : { cells: COLUMNS, line: 0 };
  const column = findColumns(header, path, { required: COLUMNS });
  return rows.slice(hasHeader ? 1 : 0).map((row) => {
    checkWidth(row, header.cells.length, path);
    return toSpot((name) => row.cells[column[name]], `${path} line ${row.line}`);
  });
}

async function parquetPositions(bytes: Uint8Array, path: string): Promise<PlacedSpot[]> {
  const rows = await parseParquet(bytes, path, COLUMNS);
  return rows.map((row, i) => toSpot((name) => row[name], `${path} row ${i + 1}`));
}

function toSpot(cell: Cells, where: string): PlacedSpot {
  const number = (name: Column): number => parseNumber(cell(name), name, where);
  const whole = (name: Column): number => {
    const value = number(name);
    if (!Number.isInteger(value)) throw badData(where, `${name}: needed a whole number, found ${value}`);
    return value;
  };
  return {
    id: cell('barcode'),
    arrayX: whole('array_col'),
    arrayY: whole('array_row'),
    pixelX: number('pxl_col_in_fullres'),
    pixelY: number('pxl_row_in_fullres'),
    selected: parseFlag(cell('in_tissue'), 'in_tissue', where),
    where,
  };
}
