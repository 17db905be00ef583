import { hashValue, SpotbenchError, type FitContext, type PatchStore } from '@spotbench/core';
import { viewsOf } from '../features/cell-features.ts';
import { featureHashes, hashOfViews, openViews, type FeaturesByView } from '../features/features-artefact.ts';
import { openPatches, patchesHash } from '../patches/build-patches.ts';
import { PRETRAINED, type Cell } from '../plan/cell-id.ts';
import type { MethodEntry } from '../registry/methods.ts';
import type { RunRecord } from '../results/run-record.ts';
import { findWeights } from '../weights/fetch-weights.ts';
import { readWeightsLock } from '../weights/weights-lock.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What a cell reads of the images: frozen features by view, or patches and the weights that training starts from. */
export interface ImageInputs {
  /** Empty in the `finetune` regime. */
  readonly features: FeaturesByView;
  readonly patchStore?: PatchStore;
  readonly pretrained?: FitContext['pretrained'];
  /** What of it goes into the record. */
  readonly hashes: ImageHashes;
}

/** What of the images a record names. */
export type ImageHashes = Pick<RunRecord, 'featureHashes' | 'featuresHash' | 'patchesHash' | 'weightsHash'>;

/** Opens them. @throws SpotbenchError `missing-data` for what was not made or fetched yet, with the command that does. */
export async function openImageInputs(workspace: Workspace, cell: Cell, method: MethodEntry): Promise<ImageInputs> {
  const features = await openViews(workspace, cell, viewsOf(cell, method));
  if (cell.regime === 'frozen') return { features, hashes: hashesOf(features) };
  const patchStore = await openPatches(workspace, cell.dataset);
  const started = await openWeights(workspace, cell, method);
  return {
    features,
    patchStore,
    pretrained: started?.pretrained,
    hashes: hashesOf(features, patchStore.hash, started?.hash),
  };
}

/** The hashes of what a cell would read now, without reading it. @throws as `openImageInputs`. */
export async function imageHashes(workspace: Workspace, cell: Cell, method: MethodEntry): Promise<ImageHashes> {
  const features = await openViews(workspace, cell, viewsOf(cell, method));
  if (cell.regime === 'frozen') return hashesOf(features);
  const started = await lockedWeights(workspace, cell, method);
  return hashesOf(features, await patchesHash(workspace, cell.dataset), started);
}

function hashesOf(features: FeaturesByView, patches: string | null = null, weights: string | null = null): ImageHashes {
  const hashes = featureHashes(features);
  return { featureHashes: hashes, featuresHash: hashOfViews(hashes), patchesHash: patches, weightsHash: weights };
}

/** The weights that a cell's image backbones start from; none in a cell that starts from scratch. */
async function openWeights(workspace: Workspace, { encoder }: Cell, { finetune = [] }: MethodEntry) {
  if (encoder !== PRETRAINED) return undefined;
  const weights = await Promise.all(finetune.map((name) => findWeights(workspace, name)));
  return {
    pretrained: Object.fromEntries(weights.map(({ name, path, prefix }) => [name, { path, prefix }])),
    hash: weightsHash(weights),
  };
}

/** The hash of those weights by weights.lock.json alone: the files themselves are read, and checked, when a cell starts from them. */
async function lockedWeights(workspace: Workspace, { encoder }: Cell, { finetune = [] }: MethodEntry) {
  if (encoder !== PRETRAINED) return undefined;
  const lock = await readWeightsLock(workspace);
  const missing = finetune.find((name) => !Object.hasOwn(lock, name));
  if (missing !== undefined)
    throw new SpotbenchError(
      'missing-data',
      `weights ${missing}: not in weights.lock.json; run npx spotbench weights fetch ${missing}`,
    );
  return weightsHash(finetune.map((name) => ({ name, sha256: lock[name].sha256 })));
}

function weightsHash(weights: readonly { readonly name: string; readonly sha256: string }[]): string {
  return hashValue(weights.map(({ name, sha256 }) => [name, sha256]));
}
