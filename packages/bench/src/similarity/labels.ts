import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { parse } from 'csv-parse/sync';
import { dataRoot } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { fillIn } from '../datasets/section-paths.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Pathologist's label by spot id. */
export type SpotLabels = ReadonlyMap<string, string>;

/** Path of a section's labels; undefined where the data set names none or the file is not there. */
export function labelFile(
  workspace: Workspace,
  dataset: string,
  entry: DatasetEntry,
  section: string,
): string | undefined {
  const definition = entry.sections.find(({ id }) => id === section);
  if (!entry.labels || !definition) return undefined;
  const path = join(dataRoot(workspace, dataset, entry), fillIn(entry.labels.file, definition));
  return existsSync(path) ? path : undefined;
}

/**
 * Labels of a section's spots. Rows without a place on the array (`NA`) are of no spot and left out.
 * @throws SpotbenchError `bad-data` when a column is not there, a coordinate is no number, or no labelled spot is in the section.
 */
export async function readLabels(
  path: string,
  { ignore, label, spot }: NonNullable<DatasetEntry['labels']>,
  section: string,
  spotIds: readonly string[],
): Promise<SpotLabels> {
  const rows = parse<Record<string, string>>(await readFile(path), {
    columns: true,
    delimiter: path.endsWith('.csv') ? ',' : '\t',
  });
  const field = (row: Record<string, string>, line: number, name: string): string => {
    if (Object.hasOwn(row, name)) return row[name];
    return fail(path, `line ${line}: needed a column "${name}", found ${Object.keys(row).join(', ')}`);
  };
  const known = new Set(spotIds);
  const labelled = rows.flatMap((row, i): [string, string][] => {
    const place = (typeof spot === 'string' ? [spot] : spot).map((name) => field(row, i + 2, name));
    if (place.includes('NA')) return [];
    const id = typeof spot === 'string' ? place[0] : place.map((text) => rounded(text, path, i + 2)).join('x');
    return [[id, field(row, i + 2, label)]];
  });
  const found = labelled.filter(([id, text]) => known.has(id) && text !== '' && !ignore.includes(text));
  if (found.length === 0)
    fail(path, `none of its ${rows.length} spots is a labelled spot of section ${section}, e.g. ${spotIds[0]}`);
  return new Map(found);
}

function rounded(text: string, path: string, line: number): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) fail(path, `line ${line}: needed an array coordinate, found "${text}"`);
  return Math.round(value) + 0;
}

function fail(path: string, what: string): never {
  throw new SpotbenchError('bad-data', `${path}: ${what}; check "labels" of the data set in datasets.json`);
}
