import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { formatBytes } from './format-bytes.ts';
import type { WantedFile } from './wanted-files.ts';

/** Bytes a user can still write in a folder that need not be there yet. */
export async function freeBytes(folder: string): Promise<number> {
  const there = existsSync(folder) ? folder : dirname(folder);
  if (there !== folder) return freeBytes(there);
  const { bavail, bsize } = await statfs(there);
  return bavail * bsize;
}

/** The least that fetching takes, bytes: an archive is there beside what is in it, which is at least as much. */
export function leastSpace(files: readonly WantedFile[]): number {
  return files.reduce((sum, { bytes = 0, unpack }) => sum + bytes * (unpack ? 2 : 1), 0);
}

/** @throws SpotbenchError `missing-data` when there is less room than `needed`. */
export function requireSpace(root: string, needed: number, free: number): void {
  if (needed > free)
    throw new SpotbenchError(
      'missing-data',
      `${root}: needed at least ${formatBytes(needed)} of free disk space, found ${formatBytes(free)}; ` +
        `make room, or set SPOTBENCH_DATA to a folder on another disk and make a folder for the data set in it`,
    );
}
