import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile, SpotbenchError, syncFolder } from '@spotbench/core';
import type { Staged } from './extract-archive.ts';

/**
 * Moves unpacked files to where they belong and removes the temporary folder. A file that is there already stays: the same
 * bytes are fine, others are the user's. What `leaveOut` names is not moved.
 *
 * @throws SpotbenchError `bad-data` naming every file that is there with other bytes; then nothing was moved.
 */
export async function placeFiles(
  { folder, files }: Staged,
  root: string,
  leaveOut: (path: string) => boolean = () => false,
): Promise<void> {
  try {
    const wanted = Object.keys(files).filter((path) => !leaveOut(path));
    const there = wanted.filter((path) => existsSync(join(root, path)));
    const other: string[] = [];
    for (const path of there) if ((await hashFile(join(root, path))) !== files[path].sha256) other.push(path);
    if (other.length > 0)
      throw new SpotbenchError(
        'bad-data',
        `${root}: other files than the archive's are there: ${other.join(', ')}; nothing was overwritten: ` +
          `move them away and run the command again`,
      );
    for (const path of wanted) if (!there.includes(path)) await place(folder, root, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function place(folder: string, root: string, path: string): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await rename(join(folder, path), target);
  await syncFolder(dirname(target));
}
