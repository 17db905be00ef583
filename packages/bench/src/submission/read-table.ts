import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnndataTable, SpotbenchError, type NamedTable } from '@spotbench/core';
import { parse } from 'csv-parse/sync';
import { parseNpy } from './npy.ts';

/** Where a section's predictions of a fold may be: `fold0/A1.csv`, `.npy` or `.h5ad`. */
export const foldFolder = (fold: number): string => `fold${fold}`;
/** Names of the rows of a section's .npy file, and what the template lists its spots in. */
export const spotsFile = (section: string): string => `${section}.spots.csv`;
/** Names of the columns of a fold's .npy files, and what the template lists its genes in. */
export const GENES_FILE = 'genes.csv';

const KINDS = ['csv', 'npy', 'h5ad'] as const;

/**
 * Reads a section's predictions as they stand: nothing is trimmed, filled in or reordered here.
 *
 * @throws SpotbenchError `missing-data` when there is no file of the section, `bad-data` when there are several or one does
 * not read.
 */
export async function readTable(folder: string, fold: number, section: string): Promise<NamedTable> {
  const base = join(folder, foldFolder(fold), section);
  const found = KINDS.filter((kind) => existsSync(`${base}.${kind}`));
  if (found.length === 0)
    throw new SpotbenchError('missing-data', `no ${base}.csv, .npy or .h5ad: every test section must be predicted`);
  if (found.length > 1)
    throw new SpotbenchError('bad-data', `${base}: needed one file, found ${found.join(' and ')}; remove all but one`);
  const path = `${base}.${found[0]}`;
  if (found[0] === 'csv') return readCsv(path);
  if (found[0] === 'h5ad') return readAnndataTable(path);
  return readNpy(path, join(folder, foldFolder(fold)), section);
}

/** First line: anything, then the genes. Other lines: a spot, then its values. */
function readCsv(path: string): NamedTable {
  const [head = [], ...lines] = records(path);
  const columns = head.slice(1);
  const values = new Float64Array(lines.length * columns.length);
  lines.forEach((line, row) => {
    if (line.length !== head.length)
      throw new SpotbenchError(
        'bad-data',
        `${path} line ${row + 2}: needed ${head.length} fields, found ${line.length}`,
      );
    // An empty field is missing, not zero.
    line.slice(1).forEach((text, c) => (values[row * columns.length + c] = text.trim() === '' ? NaN : Number(text)));
  });
  return { rows: lines.map(([spot]) => spot), columns, values };
}

function readNpy(path: string, folder: string, section: string): NamedTable {
  const { rows, columns, values } = parseNpy(readFileSync(path), path);
  const names = (file: string, count: number, of: string): string[] => {
    const list = join(folder, file);
    if (!existsSync(list))
      throw new SpotbenchError('missing-data', `${list}: no such file; it names the ${of} of ${path}`);
    const found = records(list)
      .slice(1)
      .map(([name]) => name);
    if (found.length === count) return found;
    throw new SpotbenchError('bad-data', `${list}: names ${found.length} ${of}, ${path} has ${count}`);
  };
  return { rows: names(spotsFile(section), rows, 'spots'), columns: names(GENES_FILE, columns, 'genes'), values };
}

function records(path: string): string[][] {
  try {
    return parse(readFileSync(path, 'utf8'), { relax_column_count: true, bom: true });
  } catch (cause) {
    throw new SpotbenchError('bad-data', `${path}: ${(cause as Error).message}`, { cause });
  }
}
