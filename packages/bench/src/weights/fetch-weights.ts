import { existsSync } from 'node:fs';
import { hashFile, lookUp, SpotbenchError } from '@spotbench/core';
import { downloadFile, type DownloadOptions } from '../download/download-file.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { weightsCatalogue, type WeightsEntry } from './catalogue.ts';
import { describeFile, fileUrl, hubHeaders, isOffline } from './hub.ts';
import { weightsPath } from './weights-path.ts';
import { readWeightsLock, writeWeightsLock } from './weights-lock.ts';

/** Weights that are there and checked. */
export interface Weights extends WeightsEntry {
  readonly name: string;
  readonly path: string;
  readonly revision: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Downloads weights, or finds that they are there. The revision, size and hash of the first download are the hub's own and go
 * into weights.lock.json; from then on only those bytes are taken.
 *
 * @throws SpotbenchError `unknown-name` listing the nearest; `missing-data` offline and as `downloadFile`; `bad-data` when a
 * file that is there is another one.
 */
export async function fetchWeights(
  workspace: Workspace,
  name: string,
  options: DownloadOptions = {},
): Promise<Weights> {
  const entry: WeightsEntry = lookUp('weights', name, weightsCatalogue);
  const lock = await readWeightsLock(workspace);
  const known = Object.hasOwn(lock, name) ? lock[name] : undefined;
  const path = weightsPath(workspace, name);
  if (known !== undefined && existsSync(path) && (await hashFile(path)) === known.sha256)
    return { ...entry, ...known, name, path };
  if (isOffline())
    throw new SpotbenchError(
      'missing-data',
      `weights ${name}: not in ${path}, and offline mode is on; unset SPOTBENCH_OFFLINE and HF_HUB_OFFLINE, or put the file there`,
    );
  const described = known ?? (await describeFile(entry, 'main', options.signal));
  const { revision, bytes, sha256 } = described;
  await downloadFile({ urls: [fileUrl(entry, revision)], path, bytes, sha256, headers: hubHeaders() }, options);
  if (known === undefined) {
    const { repository, file, licence } = entry;
    const locked = { repository, file, revision, bytes, sha256, licence };
    await writeWeightsLock(workspace, { ...(await readWeightsLock(workspace)), [name]: locked });
  }
  return { ...entry, name, path, revision, bytes, sha256 };
}

/**
 * The weights of that name if they were fetched, checked against the lock.
 *
 * @throws SpotbenchError `missing-data` with the command that fetches them; `damaged-artefact` when they are other bytes.
 */
export async function findWeights(workspace: Workspace, name: string): Promise<Weights> {
  const entry: WeightsEntry = lookUp('weights', name, weightsCatalogue);
  const lock = await readWeightsLock(workspace);
  const path = weightsPath(workspace, name);
  if (!Object.hasOwn(lock, name) || !existsSync(path))
    throw new SpotbenchError(
      'missing-data',
      `weights ${name}: not fetched yet; run npx spotbench weights fetch ${name}, or train with --from-scratch`,
    );
  if ((await hashFile(path)) === lock[name].sha256) return { ...entry, ...lock[name], name, path };
  throw new SpotbenchError(
    'damaged-artefact',
    `${path}: not the bytes of weights.lock.json; delete it and run npx spotbench weights fetch ${name}`,
  );
}
