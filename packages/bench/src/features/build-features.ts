import { join } from 'node:path';
import { bytesOf, hashFile, isSpotbenchError, SpotbenchError, verifyArtefact, writeArtefact } from '@spotbench/core';
import { metaOf, openData, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { locateDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { codeHash, encoderCode } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { findEncoder } from './encoders.ts';
import {
  FEATURES_KIND,
  featuresFile,
  openFeatures,
  type FeaturesArtefact,
  type FeaturesMeta,
} from './features-artefact.ts';
import { featuresFolder } from './features-folder.ts';

/**
 * Computes a data set's features under a frozen encoder, section by section, unless intact ones of the same data and encoder
 * are there.
 *
 * @throws SpotbenchError `missing-data` when the data set was not read yet; `bad-data` when an image is not the one that was
 * read, or as the encoder does.
 */
export async function buildFeatures(
  workspace: Workspace,
  dataset: string,
  entry: DatasetEntry,
  encoderName: string,
  onProgress?: (done: number, total: number, what: string) => void,
): Promise<{ features: FeaturesArtefact; reused: boolean }> {
  const encoder = await findEncoder(workspace, encoderName);
  const data = await openData(workspace, dataset);
  const meta: FeaturesMeta = {
    dataset,
    datasetHash: data.manifest.hash,
    encoder: encoder.name,
    encoderVersion: encoder.version,
    encoderHash: codeHash(workspace, encoderCode(encoderName)),
    names: [...encoder.featureNames],
    sections: Object.fromEntries(data.meta.sections.map((s) => [s.id, s.spotCount])),
  };
  const present = await reusable(workspace, meta);
  if (present) return { features: present, reused: true };

  const { root } = locateDataset(workspace, dataset, entry);
  const total = data.meta.sections.reduce((sum, s) => sum + s.spotCount, 0);
  const files: Record<string, Uint8Array> = {};
  let before = 0;
  for (const { id, spotCount } of data.meta.sections) {
    const image = await checkedImage(data, id, root);
    const values = await encoder.encode(image, await readSpots(data, id), (done) =>
      onProgress?.(before + done, total, id),
    );
    files[featuresFile(id)] = bytesOf(values);
    before += spotCount;
  }
  await encoder.dispose?.();
  await writeArtefact(featuresFolder(workspace, dataset, encoderName), FEATURES_KIND, meta, files);
  return { features: await openFeatures(workspace, dataset, encoderName), reused: false };
}

async function reusable(workspace: Workspace, meta: FeaturesMeta): Promise<FeaturesArtefact | undefined> {
  try {
    const features = await openFeatures(workspace, meta.dataset, meta.encoder);
    const { datasetHash, encoderHash, encoderVersion } = features.meta;
    if (datasetHash !== meta.datasetHash || encoderHash !== meta.encoderHash) return undefined;
    if (encoderVersion !== meta.encoderVersion) return undefined;
    await verifyArtefact(features.folder, FEATURES_KIND);
    return features;
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}

/** The section's image, if its bytes are those the data artefact was made from. */
export async function checkedImage(
  data: DataArtefact,
  section: string,
  root: string,
): Promise<{ path: string; widthPx: number; heightPx: number }> {
  const { file, widthPx, heightPx } = metaOf(data, section).image;
  const path = join(root, file);
  const found = await hashFile(path).catch((cause: unknown) => {
    throw new SpotbenchError(
      'missing-data',
      `${path}: the image of section ${section} is gone; restore it or read the data again`,
      { cause },
    );
  });
  if (found !== data.meta.sources[file]?.sha256) {
    throw new SpotbenchError(
      'bad-data',
      `${path}: not the image that was read (its SHA-256 differs); run spotbench data read ${data.meta.dataset} again`,
    );
  }
  return { path, widthPx, heightPx };
}
