import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
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

/**
 * Whether a file, or all that is in a folder, is as it was read; `path` is below the data root.
 * @throws what `stat` does when it is gone.
 */
export async function isAsRead(root: string, path: string, sources: DataMeta['sources']): Promise<boolean> {
  const files = (await filesIn(join(root, path))).map((file) => relative(root, file));
  const known = Object.keys(sources).filter((file) => file === path || file.startsWith(path + sep));
  if (files.length !== known.length) return false;
  for (const file of files) if ((await hashFile(join(root, file))) !== sources[file]?.sha256) return false;
  return true;
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
