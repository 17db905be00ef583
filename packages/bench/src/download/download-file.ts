import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpotbenchError, syncFolder } from '@spotbench/core';
import { difference, factsOf, type ExpectedFile } from './file-facts.ts';
import { kindProblem } from './file-kind.ts';
import { fetchFrom, FinalFailure } from './http-transfer.ts';
import { clearPart, partOf, type Part } from './part-file.ts';

/** A file to download; without a known hash whatever arrives whole is taken, and its hash is for the caller to record. */
export interface Download extends ExpectedFile {
  /** Addresses that hold the same bytes, in the order in which they are tried. */
  readonly urls: readonly string[];
  /** Where it comes to lie. */
  readonly path: string;
  /** Headers such as an access token. They are sent to the addresses above, not to where those redirect on another host. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How patient a download is. */
export interface DownloadOptions {
  /** Tries per address after a failure that may pass, counted anew once more of the file has arrived. Default 5. */
  readonly retries?: number;
  /** Wait before the first retry, doubled each time, milliseconds. Default 500. */
  readonly backOffMs?: number;
  /** Longest silence of a server, milliseconds. Default 30,000. */
  readonly stallMs?: number;
  /** Stops cleanly: what has arrived is kept and taken up by the next call. */
  readonly signal?: AbortSignal;
  /** Bytes that are there, and all of them where the server or the caller says how many. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/** A file that is there, whole. */
export interface Downloaded {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The address that gave it; none where the file was there already. */
  readonly url?: string;
}

/**
 * Downloads a file, or finds that it is there. What arrives is kept in `<path>.part` and continued where it stopped, by this
 * call or a later one, as long as the server says that it is the same file; the name `<path>` only ever holds the whole file
 * with the right size and hash.
 *
 * @throws SpotbenchError `missing-data` listing what each address answered; `bad-data` when what is there already, or what
 * every address gives, is another file than the one asked for; what the disk says when it is full.
 */
export async function downloadFile(download: Download, options: DownloadOptions = {}): Promise<Downloaded> {
  const present = await presentFile(download);
  if (present !== undefined) return present;
  const failures: string[] = [];
  for (const url of download.urls) {
    try {
      return await fromAddress(url, download, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof FinalFailure)) throw error;
      failures.push(`${url}: ${error.message}`);
    }
  }
  throw new SpotbenchError(
    'missing-data',
    `${download.path}: could not be downloaded; ${failures.join('; ')}. ` +
      `Check the connection and run the command again, or put the file there by hand`,
  );
}

/** The file if it is there and right. @throws SpotbenchError `bad-data` when it is there and wrong: it may be the user's own. */
async function presentFile(download: Download): Promise<Downloaded | undefined> {
  const { path } = download;
  if (!existsSync(path)) return undefined;
  const found = await factsOf(path);
  const problem = difference(download, found);
  if (problem === undefined) return { path, bytes: found.bytes, sha256: found.sha256 };
  throw new SpotbenchError(
    'bad-data',
    `${path}: another file than the one asked for: ${problem}; move it away and run the command again`,
  );
}

/** Tries one address until the file is whole and right. @throws FinalFailure when this address will not give it. */
async function fromAddress(url: string, download: Download, options: DownloadOptions): Promise<Downloaded> {
  const { retries = 5, backOffMs = 500, signal } = options;
  let furthest = 0;
  for (let attempt = 0; ; attempt++) {
    const part = await partOf(download.path, url);
    if (part.bytes > furthest) attempt = 0;
    furthest = Math.max(furthest, part.bytes);
    const { failure, resumed } = await fetchFrom({ ...options, url, part, ...requestOf(download) });
    if (failure === undefined) {
      const checked = await checkedPart(part, download, url);
      if (typeof checked !== 'string') return checked;
      // A part that was continued may have held foreign bytes: the file is asked for once more, from its beginning.
      if (!resumed) throw new FinalFailure(checked);
    } else if (attempt >= retries) {
      throw new FinalFailure(`${failure} (${attempt + 1} tries)`);
    }
    await sleep(backOffMs * 2 ** attempt, undefined, { signal });
  }
}

const requestOf = ({ headers, bytes }: Download) => ({ headers, bytes });

/** Moves a whole part into place, or says what is wrong with it. */
async function checkedPart(part: Part, download: Download, url: string): Promise<Downloaded | string> {
  const { path, sha256, md5 } = download;
  const found = await factsOf(part.path);
  const isKnown = (sha256 ?? md5) !== undefined;
  const problem = difference(download, found) ?? (isKnown ? undefined : await kindProblem(part.path, path));
  if (problem !== undefined) {
    await clearPart(part);
    return `another file: ${problem}`;
  }
  const file = await open(part.path, 'r');
  await file.sync();
  await file.close();
  await rename(part.path, path);
  await rm(part.about, { force: true });
  await syncFolder(dirname(path));
  return { path, bytes: found.bytes, sha256: found.sha256, url };
}
