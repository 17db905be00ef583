import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';
import type { DatasetEntry, SectionEntry } from './schema.ts';

/** A section whose files are all there. Paths are absolute. */
export interface LocatedSection extends SectionEntry {
  readonly countsPath: string;
  readonly spotsPath: string;
  readonly imagePath: string;
}

/** What of a data set is on this machine. */
export interface LocatedDataset {
  readonly id: string;
  /** Folder that `files` of datasets.json are relative to. */
  readonly root: string;
  readonly present: readonly LocatedSection[];
  readonly missing: readonly { readonly id: string; readonly reason: string }[];
}

/** Folder that holds data sets a user already has, or undefined. */
export function externalDataRoot(): string | undefined {
  const given = process.env.SPOTBENCH_DATA;
  return given === undefined || given === '' ? undefined : resolve(given);
}

/** Looks for a data set's files: below SPOTBENCH_DATA where it is there, else in the store. Reads no file. */
export function locateDataset(workspace: Workspace, id: string, entry: DatasetEntry): LocatedDataset {
  const external = externalDataRoot();
  const inExternal = external === undefined ? undefined : join(external, id);
  const root =
    inExternal !== undefined && !entry.generator && existsSync(inExternal)
      ? inExternal
      : join(workspace.store, 'raw', id);
  const present: LocatedSection[] = [];
  const missing: { id: string; reason: string }[] = [];
  for (const section of entry.sections) {
    const found = locateSection(root, entry, section);
    if (typeof found === 'string') missing.push({ id: section.id, reason: found });
    else present.push(found);
  }
  return { id, root, present, missing };
}

/** Path of a gene panel's file: panels lie beside the data sets, e.g. `panels/her2st-785.json`. */
export function panelPath({ root }: Pick<LocatedDataset, 'root'>, file: string): string {
  return join(dirname(root), file);
}

function locateSection(root: string, entry: DatasetEntry, section: SectionEntry): LocatedSection | string {
  const at = (template: string): string =>
    join(root, template.replaceAll('{section}', section.id).replaceAll('{patient}', section.patient));
  const countsPath = at(entry.files.counts);
  const spotsPath = at(entry.files.spots);
  if (!existsSync(countsPath)) return 'no count file';
  if (!existsSync(spotsPath)) return 'no spot file';
  const imageFolder = at(entry.files.imageFolder);
  const images = existsSync(imageFolder) ? readdirSync(imageFolder).filter((file) => /\.jpe?g$/i.test(file)) : [];
  if (images.length === 0) return 'no image';
  if (images.length > 1) return `${images.length} images where one is needed`;
  return { ...section, countsPath, spotsPath, imagePath: join(imageFolder, images[0]) };
}

/** A data set's state for plans and tables. */
export type Presence = 'ready' | 'can be made' | 'absent';

/** Whether a data set can run: at least two sections present, or a generator that makes them. */
export function presence(located: LocatedDataset, entry: DatasetEntry): Presence {
  if (entry.generator) return 'can be made';
  return located.present.length >= 2 ? 'ready' : 'absent';
}
