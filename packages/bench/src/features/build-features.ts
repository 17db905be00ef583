import { join } from 'node:path';
import {
  bytesOf,
  isSpotbenchError,
  sha256,
  SpotbenchError,
  verifyArtefact,
  writeAndSync,
  writeArtefactFolder,
  type ArtefactManifest,
  type FrozenEncoder,
  type ViewFeatures,
} from '@spotbench/core';
import { metaOf, openData, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { isAsRead } from '../data/source-files.ts';
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
import { featuresFolder, type FeaturesPlace } from './features-folder.ts';

type OnProgress = (done: number, total: number, what: string) => void;

/**
 * Computes a data set's features under a frozen encoder in one view, unless intact ones of the same data and encoder are
 * there. Each section goes to disk when it is done: in memory there is a window of one image, and one section's features.
 *
 * @throws SpotbenchError `missing-data` when the data set was not read yet; `bad-data` when an image is not the one that was
 * read, or as the encoder does.
 */
export async function buildFeatures(
  workspace: Workspace,
  place: FeaturesPlace,
  entry: DatasetEntry,
  onProgress?: OnProgress,
): Promise<{ features: FeaturesArtefact; reused: boolean }> {
  const { dataset, view } = place;
  const encoder = await findEncoder(workspace, place.encoder);
  const data = await openData(workspace, dataset);
  const meta: FeaturesMeta = {
    dataset,
    datasetHash: data.manifest.hash,
    encoder: encoder.name,
    encoderVersion: encoder.version,
    encoderHash: codeHash(workspace, encoderCode(place.encoder)),
    view,
    names: [...encoder.featureNames],
    sections: Object.fromEntries(data.meta.sections.map((s) => [s.id, s.spotCount])),
  };
  const present = await reusable(workspace, meta);
  if (present) return { features: present, reused: true };

  const { root } = locateDataset(workspace, dataset, entry);
  const sections = sectionFeatures({ encoder, data, root, view }, onProgress);
  try {
    await writeArtefactFolder(featuresFolder(workspace, place), FEATURES_KIND, meta, (folder) =>
      writeSections(sections, folder),
    );
  } finally {
    await encoder.dispose?.();
  }
  return { features: await openFeatures(workspace, place), reused: false };
}

/** What is encoded, and by what. */
interface EncodeOptions extends Pick<FeaturesPlace, 'view'> {
  readonly encoder: FrozenEncoder;
  readonly data: DataArtefact;
  /** Folder of the raw data. */
  readonly root: string;
}

/** Encodes section after section; progress counts spots. */
async function* sectionFeatures(
  { encoder, data, root, view }: EncodeOptions,
  onProgress?: OnProgress,
): AsyncGenerator<readonly [section: string, features: ViewFeatures]> {
  const total = data.meta.sections.reduce((sum, s) => sum + s.spotCount, 0);
  let before = 0;
  for (const { id, spotCount } of data.meta.sections) {
    const image = await checkedImage(data, id, root);
    const report = (done: number, of: number): void =>
      onProgress?.(before + Math.floor((spotCount * done) / of), total, id);
    yield [id, await encoder.encodeView(view, image, await readSpots(data, id), report)];
    before += spotCount;
  }
}

/** Writes features as they come. @throws SpotbenchError `bad-data` when sections differ in their number of tokens. */
async function writeSections(
  sections: AsyncIterable<readonly [string, ViewFeatures]>,
  folder: string,
): Promise<ArtefactManifest['files']> {
  const records: ArtefactManifest['files'] = {};
  let first: { readonly section: string; readonly tokens: number } | undefined;
  for await (const [section, { tokens, values }] of sections) {
    first ??= { section, tokens };
    if (tokens !== first.tokens) {
      throw new SpotbenchError(
        'bad-data',
        `section ${section}: needed ${first.tokens} tokens a row as section ${first.section} has, the encoder gave ${tokens}`,
      );
    }
    const bytes = bytesOf(values);
    await writeAndSync(join(folder, featuresFile(section)), bytes);
    records[featuresFile(section)] = { bytes: bytes.byteLength, sha256: sha256(bytes) };
  }
  return records;
}

async function reusable(workspace: Workspace, meta: FeaturesMeta): Promise<FeaturesArtefact | undefined> {
  try {
    const features = await openFeatures(workspace, meta);
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
  const asRead = await isAsRead(root, file, data.meta.sources).catch((cause: unknown) => {
    throw new SpotbenchError(
      'missing-data',
      `${path}: the image of section ${section} is gone; restore it or read the data again`,
      { cause },
    );
  });
  if (!asRead) {
    throw new SpotbenchError(
      'bad-data',
      `${path}: not the image that was read (its SHA-256 differs); run spotbench data read ${data.meta.dataset} again`,
    );
  }
  return { path, widthPx, heightPx };
}
