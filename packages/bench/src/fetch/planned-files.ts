import { SpotbenchError } from '@spotbench/core';
import type { ExpectedFile } from '../download/file-facts.ts';
import { locateDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { readDataLock, type LockedFile } from './data-lock.ts';
import { findFile } from './find-file.ts';
import { wantedFiles, type WantedFile } from './wanted-files.ts';

/** A file that readers will want, and what is known of it. */
export interface Output extends ExpectedFile {
  /** Path below the data root. */
  readonly path: string;
  /** Where it is, if it is: the same path, or another name that readers take. */
  readonly found?: string;
}

/** A file to fetch, and what of it is there already. */
export interface PlannedFile extends WantedFile {
  /** What it comes to be; undefined for an archive that nobody has unpacked yet and whose members datasets.json does not name. */
  readonly outputs?: readonly Output[];
  /** True when nothing needs to be fetched. */
  readonly present: boolean;
  readonly locked: boolean;
}

/** What of a data set is there and what would be fetched. */
export interface PlannedDataset {
  readonly id: string;
  readonly entry: DatasetEntry;
  /** Data root. */
  readonly root: string;
  readonly files: readonly PlannedFile[];
}

/** Compares datasets.json and data.lock.json with what is on disk; reads no data and asks no server. */
export async function planDataset(workspace: Workspace, id: string, entry: DatasetEntry): Promise<PlannedDataset> {
  const { root, missing } = locateDataset(workspace, id, entry);
  const lock = (await readDataLock(workspace))[id] ?? {};
  const incomplete = new Set(missing.map((section) => section.id));
  const files = wantedFiles(entry).map((wanted): PlannedFile => {
    const locked = Object.hasOwn(lock, wanted.file) ? lock[wanted.file] : undefined;
    const file = locked ? withLocked(id, wanted, locked) : wanted;
    const outputs = outputsOf(file, locked)?.map((output) => ({
      ...output,
      found: findFile(root, output.path, entry, wanted.sections),
    }));
    const present = outputs
      ? outputs.every(({ found }) => found !== undefined)
      : wanted.sections.every((section) => !incomplete.has(section.id));
    return { ...file, outputs, present, locked: locked !== undefined };
  });
  return { id, entry, root, files };
}

/** Adds what the lock knows. @throws SpotbenchError `bad-config` where datasets.json says something else. */
function withLocked(id: string, wanted: WantedFile, locked: LockedFile): WantedFile {
  for (const fact of ['bytes', 'sha256'] as const)
    if (wanted[fact] !== undefined && wanted[fact] !== locked[fact])
      throw new SpotbenchError(
        'bad-config',
        `${id}, ${wanted.file}: datasets.json has ${fact} ${wanted[fact]}, data.lock.json has ${locked[fact]}; ` +
          `correct the one that is wrong`,
      );
  return { ...wanted, bytes: locked.bytes, sha256: locked.sha256 };
}

function outputsOf(wanted: WantedFile, locked: LockedFile | undefined): Output[] | undefined {
  const { file, bytes, sha256, md5, unpack } = wanted;
  if (unpack === undefined) return [{ path: file, bytes, sha256, md5 }];
  if (locked?.unpacked) return Object.entries(locked.unpacked).map(([path, facts]) => ({ path, ...facts }));
  return unpack.members.length > 0 ? unpack.members.map(({ to }) => ({ path: to })) : undefined;
}
