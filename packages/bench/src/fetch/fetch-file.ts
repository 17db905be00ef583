import { join } from 'node:path';
import { isSpotbenchError, SpotbenchError } from '@spotbench/core';
import { downloadFile, type Downloaded, type DownloadOptions } from '../download/download-file.ts';
import { requestFor } from './access.ts';
import { extractArchive, type Staged } from './archive/extract-archive.ts';
import { placeFiles } from './archive/place-files.ts';
import type { LockedFile } from './data-lock.ts';
import { noteFetched, removeFetched, withNote } from './fetched-note.ts';
import type { WantedFile } from './wanted-files.ts';

/** How one file is fetched. */
export interface FetchFileOptions {
  readonly download: DownloadOptions;
  /** Of an encrypted archive. */
  readonly password?: string;
  /** Where a file is already, below the data root, under this or another name; undefined where it is not. */
  readonly find: (path: string) => string | undefined;
}

/**
 * Downloads a file, unpacks it where it is an archive, and gives what is to be written into the lock; undefined where nothing
 * was downloaded. The archive is removed once it is unpacked, unless the user had put it there.
 *
 * @throws SpotbenchError as `downloadFile`, `extractArchive` and `placeFiles`. A downloaded archive that cannot be unpacked is
 * removed; one whose password was wrong, that is whole and lacks a member, or whose files would replace the user's, is kept.
 */
export async function fetchFile(
  file: WantedFile,
  root: string,
  options: FetchFileOptions,
): Promise<LockedFile | undefined> {
  const { bytes, sha256, md5 } = file;
  const path = join(root, file.file);
  const request = requestFor(file);
  const found = await downloadFile({ ...request, path, bytes, sha256, md5 }, options.download);
  const downloaded = file.unpack ? await withNote(found, request.urls) : found;
  const unpacked = file.unpack && (await unpackFile(file, downloaded, root, options));
  if (downloaded.url === undefined) return undefined;
  return {
    address: file.addresses[request.urls.indexOf(downloaded.url)],
    bytes: downloaded.bytes,
    sha256: downloaded.sha256,
    unpacked,
  };
}

async function unpackFile(
  file: WantedFile,
  downloaded: Downloaded,
  root: string,
  options: FetchFileOptions,
): Promise<Staged['files']> {
  await noteFetched(downloaded);
  const staged = await extract(file, downloaded, root, options);
  // A second copy under another name would be in the reader's way, e.g. in a folder that is to hold one image.
  await placeFiles(staged, root, (path) => ![undefined, path].includes(options.find(path)));
  if (downloaded.url !== undefined) await removeFetched(downloaded.path);
  return staged.files;
}

async function extract(
  { unpack }: WantedFile,
  { path, url }: Downloaded,
  root: string,
  { password, download: { signal } }: FetchFileOptions,
): Promise<Staged> {
  try {
    return await extractArchive({ path, kind: unpack!.kind, members: unpack!.members, password, signal }, root);
  } catch (error) {
    if (isSpotbenchError(error, 'bad-data') && url !== undefined) await removeFetched(path);
    if (!isSpotbenchError(error, 'bad-config')) throw error;
    const where = unpack!.passwordFrom ?? 'ask whoever published it';
    throw new SpotbenchError('bad-config', `${error.message}; where it is told: ${where}; give it with --password`, {
      cause: error,
    });
  }
}
