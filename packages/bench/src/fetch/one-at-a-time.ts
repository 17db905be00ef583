import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { isAlive, removeStale } from '../locks/store-lock.ts';
import { UNPACK_PREFIX } from './archive/extract-archive.ts';

const MARK = '.fetching';

/**
 * Runs `work` while no other process fetches into the same folder: two that append to one `.part` would spoil it. What a killed
 * process left of an unpacked archive is removed first.
 *
 * @throws SpotbenchError `bad-config` naming the process that is at it, or when the folder cannot be written to.
 */
export async function oneAtATime<T>(root: string, work: () => Promise<T>): Promise<T> {
  const mark = join(root, MARK);
  await takeMark(mark, root);
  try {
    await removeLeftovers(root);
    return await work();
  } finally {
    await rm(mark, { force: true });
  }
}

async function takeMark(mark: string, root: string): Promise<void> {
  const owner = await readFile(mark, 'utf8').catch(() => undefined);
  if (owner !== undefined && !isAlive(Number(owner))) await removeStale(mark, owner);
  try {
    await mkdir(root, { recursive: true });
    await writeFile(mark, String(process.pid), { flag: 'wx' });
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST' || syscall !== 'open') {
      // A full disk leaves a mark without a process, which would never be taken for that of one that is gone.
      if (syscall === 'write') await rm(mark, { force: true });
      throw new SpotbenchError('bad-config', `${root}: cannot be written to: ${message}`, { cause });
    }
    throw new SpotbenchError(
      'bad-config',
      `${root}: process ${owner ?? 'unknown'} is fetching into it; wait for it, or remove ${mark} if there is no such process`,
      { cause },
    );
  }
}

async function removeLeftovers(root: string): Promise<void> {
  const left = (await readdir(root)).filter((name) => name.startsWith(UNPACK_PREFIX));
  for (const name of left) await rm(join(root, name), { recursive: true, force: true });
}
