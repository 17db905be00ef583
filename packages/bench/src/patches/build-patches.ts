import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hashValue,
  isSpotbenchError,
  openPatchStore,
  PATCH_PX,
  readManifest,
  SpotbenchError,
  viewSquares,
  writePatchStore,
  type PatchSlide,
  type PatchStore,
  type PatchView,
} from '@spotbench/core';
import { openData, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { locateDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { checkedImage } from '../features/build-features.ts';
import { codeHash } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { patchesFolder } from './patches-folder.ts';

/** Source that decides what a patch store holds. */
const storeCode = [
  ...['geometry', 'images', 'patches', 'views'].map((folder) => `packages/core/src/${folder}`),
  'packages/bench/src/patches',
];

/**
 * Cuts the patches of every section of a data set, unless intact ones of the same data are there; what was cut from other data
 * is deleted.
 *
 * @throws SpotbenchError `missing-data` when the data set was not read yet; `bad-data` when an image is not the one that was
 * read; otherwise as `writePatchStore`.
 */
export async function buildPatches(
  workspace: Workspace,
  dataset: string,
  entry: DatasetEntry,
  onProgress?: (done: number, total: number) => void,
): Promise<{ store: PatchStore; reused: boolean }> {
  const data = await openData(workspace, dataset);
  const folder = patchStoreFolder(workspace, data);
  const present = await intactStore(folder);
  if (present) return { store: present, reused: true };
  await removeOthers(patchesFolder(workspace, dataset), folder);
  const slides = await patchSlides(data, locateDataset(workspace, dataset, entry).root);
  await writePatchStore(folder, { slides, views: viewsOf(slides), onProgress });
  return { store: await openPatchStore(folder, { verify: false }), reused: false };
}

/** Opens a data set's patches. @throws SpotbenchError `missing-data` when they were not cut from this data. */
export async function openPatches(workspace: Workspace, dataset: string): Promise<PatchStore> {
  const folder = patchStoreFolder(workspace, await openData(workspace, dataset));
  return openPatchStore(folder).catch((cause: unknown) => {
    if (!isSpotbenchError(cause, 'missing-data')) throw cause;
    throw new SpotbenchError('missing-data', `no patches of ${dataset} yet; run npx spotbench patches ${dataset}`, {
      cause,
    });
  });
}

/** The hash of a data set's patches, without reading them. @throws SpotbenchError `missing-data` when they were not cut. */
export async function patchesHash(workspace: Workspace, dataset: string): Promise<string> {
  return (await readManifest(patchStoreFolder(workspace, await openData(workspace, dataset)), 'patches')).hash;
}

/** Where the patches of that data, cut by the code of today, lie. */
export function patchStoreFolder(workspace: Workspace, { meta, manifest }: DataArtefact): string {
  const key = hashValue({ data: manifest.hash, code: codeHash(workspace, storeCode) });
  return join(patchesFolder(workspace, meta.dataset), key.slice(0, 16));
}

async function intactStore(folder: string): Promise<PatchStore | undefined> {
  try {
    return await openPatchStore(folder);
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}

async function removeOthers(parent: string, folder: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const other of names.map((name) => join(parent, name))) {
    if (other !== folder) await rm(other, { recursive: true, force: true });
  }
}

async function patchSlides(data: DataArtefact, root: string): Promise<PatchSlide[]> {
  const slides: PatchSlide[] = [];
  for (const { id } of data.meta.sections) {
    slides.push({ id, image: await checkedImage(data, id, root), spots: await readSpots(data, id) });
  }
  return slides;
}

/** One view for each `ImageView` of the method contract; `neighbourhood` shows what it shows frozen encoders. */
function viewsOf(slides: readonly PatchSlide[]): PatchView[] {
  const neighbourhood = slides.map(({ id, spots }) => [id, viewSquares('neighbourhood', spots).sidePx] as const);
  return [
    { name: 'patch', sizePx: PATCH_PX },
    { name: 'neighbourhood', sizePx: PATCH_PX, fieldOfViewPx: Object.fromEntries(neighbourhood) },
    { name: 'slide', sizePx: PATCH_PX, wholeSlide: true },
  ];
}
