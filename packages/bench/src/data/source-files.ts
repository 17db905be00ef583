import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hashFile } from '@spotbench/core';
import type { LocatedDataset } from '../datasets/locate.ts';
import type { DataMeta } from './data-artefact.ts';

/** Size and SHA-256 of every file that a data set's sections are read from, by path below the data root; folders with all in them. */
export async function hashSources({ root, present }: LocatedDataset): Promise<DataMeta['sources']> {
  const sources: DataMeta['sources'] = {};
  for (const { paths } of present) {
    for (const path of Object.values(paths)) {
      for (const file of await filesIn(path)) sources[relative(root, file)] ??= await describeFile(file);
    }
  }
  return sources;
}

async function describeFile(path: string): Promise<DataMeta['sources'][string]> {
  return { bytes: (await stat(path)).size, sha256: await hashFile(path) };
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
