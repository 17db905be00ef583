import { damagedFiles, hashFile, isSpotbenchError, readManifest } from '@spotbench/core';
import { CORRECTED_KIND } from '../cell/corrected-truth.ts';
import { DATA_KIND } from '../data/data-artefact.ts';
import { FEATURES_KIND } from '../features/features-artefact.ts';
import { MODEL_KIND } from '../models/model-artefact.ts';
import { STANDINGS_KIND } from '../report/kept-standings.ts';
import { RUN_KIND } from '../results/run-artefact.ts';
import { THUMBNAIL_KIND } from '../site/thumbnail.ts';
import { readWeightsLock } from '../weights/weights-lock.ts';
import { weightsPath } from '../weights/weights-path.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { storeEntries, type StoreEntry, type StoreKind } from './store-entries.ts';

/** The kinds of entries that are artefacts, with what their manifests call them. */
const ARTEFACTS: Partial<Record<StoreKind, string>> = {
  data: DATA_KIND,
  features: FEATURES_KIND,
  patches: 'patches',
  corrected: CORRECTED_KIND,
  thumbnails: THUMBNAIL_KIND,
  runs: RUN_KIND,
  models: MODEL_KIND,
  standings: STANDINGS_KIND,
};

/** What a check of a whole store found. */
export interface StoreCheck {
  readonly artefacts: number;
  readonly bytes: number;
  /** One line for each file that is not what was written, naming it. */
  readonly damaged: readonly string[];
}

/**
 * Reads every artefact of a store and the pretrained weights of weights.lock.json, and compares each file with its SHA-256. Raw data is not part of
 * it: `spotbench data verify` compares that with data.lock.json.
 */
export async function verifyStore(
  workspace: Workspace,
  onProgress?: (doneBytes: number, allBytes: number, what: string) => void,
): Promise<StoreCheck> {
  const lock = await readWeightsLock(workspace);
  const entries = storeEntries(workspace).filter(
    ({ kind, name }) => kind in ARTEFACTS || (kind === 'weights' && Object.hasOwn(lock, name)),
  );
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const damaged: string[] = [];
  let before = 0;
  for (const entry of entries) {
    let done = 0;
    const onBytes = (more: number): void => onProgress?.(before + (done += more), bytes, `${entry.kind} ${entry.name}`);
    damaged.push(
      ...(entry.kind === 'weights'
        ? await checkWeights(workspace, entry, lock[entry.name].sha256)
        : await checkArtefact(entry, onBytes)),
    );
    before += entry.bytes;
  }
  return { artefacts: entries.length, bytes, damaged };
}

async function checkArtefact({ kind, path }: StoreEntry, onBytes: (bytes: number) => void): Promise<string[]> {
  try {
    const manifest = await readManifest(path, ARTEFACTS[kind]!);
    return (await damagedFiles(path, manifest, (_, bytes) => onBytes(bytes))).map(({ message }) => message);
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return [error.message];
    throw error;
  }
}

async function checkWeights(workspace: Workspace, { name }: StoreEntry, sha256: string): Promise<string[]> {
  const path = weightsPath(workspace, name);
  const found = await hashFile(path).catch(() => undefined);
  if (found === sha256) return [];
  return [`${path}: not the bytes of weights.lock.json; delete it and run npx spotbench weights fetch ${name}`];
}
