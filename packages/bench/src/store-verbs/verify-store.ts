import { damagedFiles, hashFile, isSpotbenchError, readManifest } from '@spotbench/core';
import { DATA_KIND } from '../data/data-artefact.ts';
import { FEATURES_KIND } from '../features/features-artefact.ts';
import { MODEL_KIND } from '../models/model-artefact.ts';
import { STANDINGS_KIND } from '../report/kept-standings.ts';
import { RUN_KIND } from '../results/run-artefact.ts';
import { readWeightsLock } from '../weights/weights-lock.ts';
import { weightsPath } from '../weights/weights-path.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { storeEntries, type StoreEntry, type StoreKind } from './store-entries.ts';

/** The kinds of entries that are artefacts, with what their manifests call them. */
const ARTEFACTS: Partial<Record<StoreKind, string>> = {
  data: DATA_KIND,
  features: FEATURES_KIND,
  patches: 'patches',
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
 * Reads every artefact of a store and the pretrained weights, and compares each file with its SHA-256. Raw data is not part of
 * it: `spotbench data verify` compares that with data.lock.json.
 */
export async function verifyStore(
  workspace: Workspace,
  onProgress?: (doneBytes: number, allBytes: number, what: string) => void,
): Promise<StoreCheck> {
  const entries = storeEntries(workspace).filter(({ kind }) => kind in ARTEFACTS || kind === 'weights');
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const damaged: string[] = [];
  let before = 0;
  for (const entry of entries) {
    let done = 0;
    const onBytes = (more: number): void => onProgress?.(before + (done += more), bytes, `${entry.kind} ${entry.name}`);
    damaged.push(
      ...(entry.kind === 'weights' ? await checkWeights(workspace, entry) : await checkArtefact(entry, onBytes)),
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

async function checkWeights(workspace: Workspace, { name }: StoreEntry): Promise<string[]> {
  const lock = await readWeightsLock(workspace);
  const path = weightsPath(workspace, name);
  if (!Object.hasOwn(lock, name)) return [];
  const found = await hashFile(path).catch(() => undefined);
  if (found === lock[name].sha256) return [];
  return [`${path}: not the bytes of weights.lock.json; delete it and run npx spotbench weights fetch ${name}`];
}
