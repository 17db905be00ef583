import { existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { partPath } from '../download/part-file.ts';
import { formatBytes } from './format-bytes.ts';
import type { WantedFile } from './wanted-files.ts';

/** Bytes a user can still write in a folder that need not be there yet. */
export async function freeBytes(folder: string): Promise<number> {
  const there = existsSync(folder) ? folder : dirname(folder);
  if (there !== folder) return freeBytes(there);
  const { bavail, bsize } = await statfs(there);
  return bavail * bsize;
}

/**
 * The least that fetching still takes, bytes: an archive is there beside what is in it, which is at least as much; what an
 * earlier call left of a download has its place already.
 */
export function leastSpace(root: string, files: readonly WantedFile[]): number {
  return files.reduce((sum, { file, bytes = 0, unpack }) => {
    const part = partPath(join(root, file));
    const arrived = existsSync(part) ? statSync(part).size : 0;
    return sum + bytes * (unpack ? 2 : 1) - Math.min(arrived, bytes);
  }, 0);
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
