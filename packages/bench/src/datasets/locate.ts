import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import type { Workspace } from '../workspace/workspace.ts';
import type { DatasetEntry, FileRole, SectionEntry } from './schema.ts';
import { nounOf, sectionPaths } from './section-paths.ts';

/** A section whose files are all there. */
export interface LocatedSection extends SectionEntry {
  /** Absolute paths by role: files, or folders where the format has one. */
  readonly paths: Readonly<Partial<Record<FileRole, string>>>;
}

/** What of a data set is on this machine. */
export interface LocatedDataset {
  readonly id: string;
  /** Folder that `files` of datasets.json are relative to. */
  readonly root: string;
  readonly present: readonly LocatedSection[];
  readonly missing: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Folder that holds data sets a user already has, or undefined.
 * @throws SpotbenchError `bad-config` where there is no such folder: the synthetic cohorts would run instead.
 */
export function externalDataRoot(): string | undefined {
  const given = process.env.SPOTBENCH_DATA;
  if (given === undefined || given === '') return undefined;
  const root = resolve(given);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return root;
  throw new SpotbenchError('bad-config', `SPOTBENCH_DATA is ${root}: no such folder; correct it, or unset it`);
}

/** Folder of a data set's files: below SPOTBENCH_DATA where it is there, else in the store. */
export function dataRoot(workspace: Workspace, id: string, { generator, folder = id }: DatasetEntry): string {
  const external = externalDataRoot();
  const inExternal = external === undefined ? undefined : join(external, folder);
  return inExternal !== undefined && !generator && existsSync(inExternal)
    ? inExternal
    : join(workspace.store, 'raw', folder);
}

/** Looks for a data set's files: below SPOTBENCH_DATA where it is there, else in the store. Reads no file. */
export function locateDataset(workspace: Workspace, id: string, entry: DatasetEntry): LocatedDataset {
  const root = dataRoot(workspace, id, entry);
  return { id, root, ...locateFolder(root, entry) };
}

/** Looks for a data set's files in a folder. Reads no file. */
export function locateFolder(root: string, entry: DatasetEntry): Pick<LocatedDataset, 'present' | 'missing'> {
  const present: LocatedSection[] = [];
  const missing: { id: string; reason: string }[] = [];
  for (const section of entry.sections) {
    const found = locateSection(root, entry, section);
    if (typeof found === 'string') missing.push({ id: section.id, reason: found });
    else present.push(found);
  }
  return { present, missing };
}

/**
 * Path of a gene panel's file: panels lie beside the data sets, e.g. `panels/her2st-785.json`; below SPOTBENCH_DATA also those
 * of data sets that are in the store.
 */
export function panelPath({ root }: Pick<LocatedDataset, 'root'>, file: string): string {
  const beside = join(dirname(root), file);
  const external = externalDataRoot();
  const inExternal = external === undefined ? undefined : join(external, file);
  return inExternal !== undefined && !existsSync(beside) && existsSync(inExternal) ? inExternal : beside;
}

const OPTIONAL: readonly FileRole[] = ['scaleFactors', 'shapes'];
const POSITIONS = ['tissue_positions.csv', 'tissue_positions_list.csv', 'tissue_positions.parquet'];

function locateSection(root: string, entry: DatasetEntry, section: SectionEntry): LocatedSection | string {
  const paths: Partial<Record<FileRole, string>> = {};
  for (const [role, candidates] of Object.entries(sectionPaths(entry, section)) as [FileRole, readonly string[]][]) {
    const path = candidates.map((candidate) => join(root, candidate)).find((candidate) => existsSync(candidate));
    const found = path === undefined ? undefined : insideFolder(role, path);
    if (found?.path !== undefined) paths[role] = found.path;
    else if (!OPTIONAL.includes(role)) return found?.problem ?? `no ${nounOf(role)}`;
  }
  return { ...section, paths };
}

/** The file meant by a path that may name a folder with one such file in it. */
function insideFolder(role: FileRole, path: string): { path?: string; problem?: string } {
  if (role === 'imageFolder') return onlyImage(path);
  if (role !== 'positions' || !statSync(path).isDirectory()) return { path };
  return { path: POSITIONS.map((name) => join(path, name)).find((candidate) => existsSync(candidate)) };
}

function onlyImage(folder: string): { path?: string; problem?: string } {
  const images = readdirSync(folder).filter((file) => /\.(jpe?g|png|tiff?)$/i.test(file));
  if (images.length > 1) return { problem: `${images.length} images where one is needed` };
  return images.length === 1 ? { path: join(folder, images[0]) } : {};
}

/** A data set's state for plans and tables. */
export type Presence = 'ready' | 'can be made' | 'absent';

/** Whether a data set can run: at least two sections present, or a generator that makes them. */
export function presence(located: LocatedDataset, entry: DatasetEntry): Presence {
  if (entry.generator) return 'can be made';
  return located.present.length >= 2 ? 'ready' : 'absent';
}
