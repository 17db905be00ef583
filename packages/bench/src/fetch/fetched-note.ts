import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomic } from '@spotbench/core';
import { z } from 'zod';
import type { Downloaded } from '../download/download-file.ts';

const noteSchema = z.strictObject({ url: z.string(), sha256: z.string() });

/**
 * Notes beside a downloaded archive where it came from, until it is unpacked. A process that is killed meanwhile, or has not the
 * password, leaves both, and the next one knows that the archive is not the user's.
 */
export async function noteFetched({ path, url, sha256 }: Downloaded): Promise<void> {
  if (url !== undefined) await writeFileAtomic(notePath(path), JSON.stringify({ url, sha256 }));
}

/**
 * A download, with the address that an earlier process noted where the file was there already, is the one it fetched, and `urls`
 * still has that address.
 */
export async function withNote(downloaded: Downloaded, urls: readonly string[]): Promise<Downloaded> {
  if (downloaded.url !== undefined) return downloaded;
  try {
    const note = noteSchema.parse(JSON.parse(await readFile(notePath(downloaded.path), 'utf8')));
    const holds = note.sha256 === downloaded.sha256 && urls.includes(note.url);
    return holds ? { ...downloaded, url: note.url } : downloaded;
  } catch {
    return downloaded; // no note, or none that can be read: the archive stays where it is
  }
}

/** Removes an archive that was fetched, with its note. */
export async function removeFetched(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(notePath(path), { force: true });
}

function notePath(path: string): string {
  return `${path}.fetched.json`;
}
