import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpotbenchError, writeFileAtomic } from '@spotbench/core';
import { z } from 'zod';
import { withLock } from '../locks/store-lock.ts';
import type { Workspace } from '../workspace/workspace.ts';

const facts = { bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) };
const lockedFile = z.strictObject({
  /** The address that gave it. */
  address: z.string(),
  ...facts,
  /** What was unpacked from it, by path below the data root. */
  unpacked: z.record(z.string(), z.strictObject(facts)).optional(),
});
const lockSchema = z.strictObject({
  schemaVersion: z.literal(1),
  datasets: z.record(z.string(), z.record(z.string(), lockedFile)),
});

/** A file as it was at its first download that read without fault. */
export type LockedFile = z.infer<typeof lockedFile>;
/** Files by data set and path below the data root; later downloads must give the same bytes. */
export type DataLock = z.infer<typeof lockSchema>['datasets'];

/** data.lock.json beside datasets.json: committed, so that everyone has the same data. */
export const dataLockPath = ({ root }: Workspace): string => join(root, 'data.lock.json');

/** Reads the lock; none is an empty one. @throws SpotbenchError `bad-data` when it is not a lock. */
export async function readDataLock(workspace: Workspace): Promise<DataLock> {
  const path = dataLockPath(workspace);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return {};
  try {
    return lockSchema.parse(JSON.parse(text)).datasets;
  } catch (cause) {
    throw new SpotbenchError('bad-data', `${path}: not a lock of data; restore it from git`, { cause });
  }
}

/** @throws SpotbenchError `bad-config` where nothing could be recorded: better before gigabytes are fetched than after. */
export async function requireWritableLock(workspace: Workspace): Promise<void> {
  await access(workspace.root, constants.W_OK).catch((cause: unknown) => {
    throw new SpotbenchError(
      'bad-config',
      `${dataLockPath(workspace)}: cannot be written: ${(cause as Error).message}; what is fetched is recorded there: ` +
        `use a copy of the repository that you may write to`,
      { cause },
    );
  });
}

/** Adds a file to the lock, names in order; another process that adds one at the same time waits. */
export function lockFile(workspace: Workspace, dataset: string, file: string, locked: LockedFile): Promise<void> {
  return withLock(workspace, 'data-lock', () => addFile(workspace, dataset, file, locked));
}

async function addFile(workspace: Workspace, dataset: string, file: string, locked: LockedFile): Promise<void> {
  const lock = await readDataLock(workspace);
  const files = sorted({
    ...lock[dataset],
    [file]: { ...locked, unpacked: locked.unpacked && sorted(locked.unpacked) },
  });
  const text = JSON.stringify({ schemaVersion: 1, datasets: sorted({ ...lock, [dataset]: files }) }, null, 2);
  await writeFileAtomic(dataLockPath(workspace), `${text}\n`);
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
