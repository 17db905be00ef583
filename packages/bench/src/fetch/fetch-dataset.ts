import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSpotbenchError, SpotbenchError } from '@spotbench/core';
import pLimit from 'p-limit';
import type { DownloadOptions } from '../download/download-file.ts';
import { diskProblem, isSystemError } from '../download/disk-problem.ts';
import { difference, factsOf } from '../download/file-facts.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { isOffline } from '../weights/hub.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { accessProblem } from './access.ts';
import { lockFile, requireWritableLock } from './data-lock.ts';
import { freeBytes, leastSpace, requireSpace } from './disk-space.ts';
import { fetchFile } from './fetch-file.ts';
import { findFile } from './find-file.ts';
import { formatBytes } from './format-bytes.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { planDataset, type PlannedDataset, type PlannedFile } from './planned-files.ts';
import { withSizes } from './remote-size.ts';

/** How a data set is fetched. */
export interface FetchOptions {
  /** Files at a time. */
  readonly parallel: number;
  /** Called before more than 1 GB, or an unknown size, is fetched; fails where the user does not want it. */
  readonly confirm: (question: string) => Promise<void>;
  readonly password?: string;
  readonly download?: Omit<DownloadOptions, 'onProgress'>;
  /** Called once with the files that are about to be fetched, then as they arrive. */
  readonly onStart?: (files: readonly PlannedFile[]) => void;
  readonly onProgress?: (file: string, done: number, total: number | undefined) => void;
  /** Free disk space of a folder. */
  readonly free?: (folder: string) => Promise<number>;
}

/** What a call did. */
export interface Fetched {
  readonly root: string;
  /** Files fetched, by path below the data root. */
  readonly fetched: readonly string[];
  /** Files that were there and are right as far as is known. */
  readonly present: number;
}

const ASK_ABOVE_BYTES = 1e9;

/**
 * Fetches what a data set lacks, several files at a time. What is there already is checked and never written over; sizes and
 * hashes that nobody knew go into data.lock.json once a file has been downloaded and read without fault.
 *
 * @throws SpotbenchError `missing-data` for what cannot be fetched, offline, gated or by hand, with what to do, and for lack of
 * disk space; `bad-data` for files that are others than the ones recorded; of several problems all are named, and whatever
 * else could be fetched was. The reason of `download.signal` when it stops; then what has arrived is kept as `.part`.
 */
export async function fetchDataset(
  workspace: Workspace,
  id: string,
  entry: DatasetEntry,
  options: FetchOptions,
): Promise<Fetched> {
  const plan = await planDataset(workspace, id, entry);
  const { root } = plan;
  const signal = options.download?.signal;
  const there = plan.files.filter(({ present }) => present);
  const wrong = await wrongFiles(there, root, signal);
  const obstacles = new Map(plan.files.map((file) => [file, obstacle(file, plan)]));
  const wanted = plan.files.filter((file) => !file.present && obstacles.get(file) === undefined);
  if (wanted.some(({ locked }) => !locked)) await requireWritableLock(workspace);
  // What a server answers to HEAD is for the question and the progress bar; no file is held to it.
  const sized = isOffline() ? wanted : await withSizes(wanted, signal);
  signal?.throwIfAborted();
  await requireConsent(id, sized, root, options);
  options.onStart?.(sized);
  const fetchThem = (): Promise<SpotbenchError[]> => fetchAll(workspace, plan, wanted, options);
  const failed = wanted.length === 0 ? [] : await oneAtATime(root, fetchThem);
  signal?.throwIfAborted();
  throwAll(id, [...wrong, ...obstacleErrors(obstacles), ...failed]);
  return { root, fetched: wanted.map(({ file }) => file), present: there.length };
}

/** Why a file that is wanted cannot be fetched now. One that the user has put there only has to be unpacked. */
function obstacle(file: PlannedFile, { root }: PlannedDataset): string | undefined {
  if (file.present || existsSync(join(root, file.file))) return undefined;
  const offline = `not in ${root}, and offline mode is on; unset SPOTBENCH_OFFLINE and HF_HUB_OFFLINE`;
  return accessProblem(file, root) ?? (isOffline() ? offline : undefined);
}

/** Each reason once, with the files that it holds for. */
function obstacleErrors(obstacles: ReadonlyMap<PlannedFile, string | undefined>): SpotbenchError[] {
  const reasons = new Map<string, string[]>();
  for (const [{ file }, reason] of obstacles)
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), file]);
  return [...reasons].map(([reason, files]) => new SpotbenchError('missing-data', `${files.join(', ')}: ${reason}`));
}

/** Files that are there and are not what the lock or datasets.json say. */
async function wrongFiles(
  files: readonly PlannedFile[],
  root: string,
  signal?: AbortSignal,
): Promise<SpotbenchError[]> {
  const wrong: SpotbenchError[] = [];
  for (const output of files.flatMap(({ outputs = [] }) => outputs)) {
    signal?.throwIfAborted();
    if (output.found !== output.path || !isKnown(output)) continue;
    const path = join(root, output.path);
    const problem = difference(output, await factsOf(path));
    if (problem !== undefined)
      wrong.push(
        new SpotbenchError(
          'bad-data',
          `${path}: another file than the one recorded: ${problem}; move it away and fetch again`,
        ),
      );
  }
  return wrong;
}

const isKnown = ({ bytes, sha256, md5 }: { bytes?: number; sha256?: string; md5?: string }): boolean =>
  [bytes, sha256, md5].some((fact) => fact !== undefined);

async function requireConsent(
  id: string,
  files: readonly PlannedFile[],
  root: string,
  { confirm, free = freeBytes }: FetchOptions,
): Promise<void> {
  const absent = files.filter(({ file }) => !existsSync(join(root, file)));
  if (absent.length === 0) return;
  requireSpace(root, leastSpace(root, absent), await free(root));
  const bytes = absent.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const unknown = absent.filter((file) => file.bytes === undefined).length;
  if (bytes <= ASK_ABOVE_BYTES && unknown === 0) return;
  const besides = unknown > 0 ? ` and ${unknown} of unknown size` : '';
  await confirm(`${id}: fetch ${absent.length} files, ${formatBytes(bytes)}${besides}, into ${root}`);
}

/** Fetches files and records them; gives what went wrong. @throws whatever is a mistake of the program itself. */
async function fetchAll(
  workspace: Workspace,
  { id, entry, root }: PlannedDataset,
  files: readonly PlannedFile[],
  { parallel, password, download, onProgress }: FetchOptions,
): Promise<SpotbenchError[]> {
  const limit = pLimit(parallel);
  const inTurn = pLimit(1);
  const fetchOne = async (file: PlannedFile): Promise<void> => {
    download?.signal?.throwIfAborted();
    const progress = (done: number, total: number | undefined): void => onProgress?.(file.file, done, total);
    const find = (path: string): string | undefined => findFile(root, path, entry, file.sections);
    const locked = await fetchFile(file, root, { password, find, download: { ...download, onProgress: progress } });
    if (locked && !file.locked) await inTurn(() => lockFile(workspace, id, file.file, locked));
  };
  const results = await Promise.allSettled(files.map((file) => limit(fetchOne, file)));
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    if (isSpotbenchError(result.reason)) return [result.reason];
    if (isSystemError(result.reason)) return [diskProblem(root, result.reason)];
    throw result.reason;
  });
}

function throwAll(id: string, problems: readonly SpotbenchError[]): void {
  if (problems.length === 0) return;
  if (problems.length === 1) throw problems[0];
  const messages = problems.map(({ message }) => message);
  throw new SpotbenchError(problems[0].tag, [`${id}: ${problems.length} problems:`, ...messages].join('\n'));
}
