import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { badData } from './bad-data.ts';
import { type BarcodeCounts, barcodeCounts } from './barcode-counts.ts';
import { parseRows, type TableRow } from './delimited-table.ts';
import type { Features, GeneOptions } from './features.ts';
import { parseMatrixMarket } from './matrix-market.ts';
import { readBytes } from './read-bytes.ts';

/** The three files of a 10x count folder. */
export interface TenxMtxPaths {
  /** `matrix.mtx` or `matrix.mtx.gz`, features x barcodes. */
  readonly matrix: string;
  /** `features.tsv` (accession, symbol, type), `genes.tsv` (accession, symbol), or symbols alone. */
  readonly features: string;
  /** `barcodes.tsv`, one a line. */
  readonly barcodes: string;
}

/**
 * Finds the files of a 10x count folder, plain or gzipped, under the names of Cell Ranger 2 or 3, after an optional prefix
 * (GEO: `GSM7697868_`). @throws SpotbenchError `missing-data` listing what was looked for.
 */
export async function findTenxMtx(folder: string, prefix = ''): Promise<TenxMtxPaths> {
  const find = async (...names: string[]): Promise<string> => {
    const paths = names.flatMap((name) => [name, `${name}.gz`]).map((name) => join(folder, prefix + name));
    for (const path of paths) if (await exists(path)) return path;
    throw new SpotbenchError(
      'missing-data',
      `${folder}: needed one of ${paths.join(', ')}, found none; check the data folder`,
    );
  };
  return {
    matrix: await find('matrix.mtx'),
    features: await find('features.tsv', 'genes.tsv'),
    barcodes: await find('barcodes.tsv'),
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Reads a 10x count folder (Matrix Market, features x barcodes). Genes by symbol, symbols that stand twice summed; see
 * `chooseGenes`. There is no genome in these files: the option is refused.
 * @throws SpotbenchError `missing-data` when a file is not there, `bad-data` when one is not what it must be or the sizes do
 * not fit together.
 */
export async function readTenxMtx(paths: TenxMtxPaths, options: GeneOptions = {}): Promise<BarcodeCounts> {
  const features = parseFeatures(await readBytes(paths.features), paths.features);
  const barcodes = parseRows(await readBytes(paths.barcodes), paths.barcodes, '\t').map(({ cells }) => cells[0]);
  const matrix = parseMatrixMarket(await readBytes(paths.matrix), paths.matrix);
  const [f, n] = [features.names.length, barcodes.length];
  if (matrix.rowCount !== f || matrix.columnCount !== n) {
    const turned = matrix.rowCount === n && matrix.columnCount === f;
    throw badData(
      paths.matrix,
      `is ${matrix.rowCount} x ${matrix.columnCount}, needed ${f} features x ${n} barcodes`,
      turned ? 'transpose it' : `check that it belongs to ${paths.features} and ${paths.barcodes}`,
    );
  }
  const places = { barcodes: paths.barcodes, features: paths.features, counts: paths.matrix };
  return barcodeCounts({ barcodes, features, raw: matrix.raw, places }, options);
}

/**
 * Parses `features.tsv` (accession, symbol, type, more), `genes.tsv` (accession, symbol) or a list of symbols (the matrices of
 * Wu et al. 2021), all without a header; all rows of one width. @throws SpotbenchError `bad-data` naming the line that is not.
 */
export function parseFeatures(bytes: Uint8Array, path: string): Features {
  const rows = parseRows(bytes, path, '\t');
  if (rows.length === 0) throw badData(path, 'needed at least one feature, found none');
  const width = rows[0].cells.length;
  const ragged = rows.find(({ cells }) => cells.length !== width);
  if (ragged)
    throw badData(
      `${path} line ${ragged.line}`,
      `needed ${width} columns as on the first line, found ${ragged.cells.length}`,
    );
  const column = (c: number): string[] => rows.map(({ cells }: TableRow) => cells[c]);
  return { ids: column(0), names: column(width > 1 ? 1 : 0), types: width > 2 ? column(2) : undefined };
}
