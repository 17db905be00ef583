import {
  float32From,
  hashValue,
  readArtefactFile,
  readManifest,
  SpotbenchError,
  type ArtefactManifest,
  type FeatureView,
  type ViewFeatures,
} from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';
import { featuresFolder, type FeaturesPlace } from './features-folder.ts';

/** `kind` of an artefact that holds a data set's features under one encoder, in one view. */
export const FEATURES_KIND = 'spotbench-features';

/** What a features artefact says of itself. */
export const featuresMetaSchema = z.strictObject({
  dataset: z.string(),
  /** Hash of the data artefact whose images they were computed from. */
  datasetHash: z.string().length(64),
  encoder: z.string(),
  encoderVersion: z.string(),
  /** Hash of the encoder's source. */
  encoderHash: z.string().length(64),
  view: z.custom<FeatureView>((view) => typeof view === 'string'),
  names: z.array(z.string()).min(1),
  /** Spots of each section. */
  sections: z.record(z.string(), z.int().positive()),
});
export type FeaturesMeta = z.infer<typeof featuresMetaSchema>;

/** A data set's features in one view, opened; sections are read when asked for. */
export interface FeaturesArtefact {
  readonly folder: string;
  readonly manifest: ArtefactManifest;
  readonly meta: FeaturesMeta;
}

/** The features that a cell reads: one artefact for each view of its method. */
export type FeaturesByView = ReadonlyMap<FeatureView, FeaturesArtefact>;

/** Path of a section's features inside the artefact: float32, little-endian, row-major. [rows, T, D] */
export function featuresFile(section: string): string {
  return `${section}.f32`;
}

/** Opens features. @throws SpotbenchError `missing-data`, `damaged-artefact`. */
export async function openFeatures(workspace: Workspace, place: FeaturesPlace): Promise<FeaturesArtefact> {
  const folder = featuresFolder(workspace, place);
  const manifest = await readManifest(folder, FEATURES_KIND);
  const meta = featuresMetaSchema.safeParse(manifest.meta);
  if (!meta.success || meta.data.view !== place.view)
    throw new SpotbenchError('damaged-artefact', `${folder}: written by another version; delete it and run again`);
  return { folder, manifest, meta: meta.data };
}

/** Opens several views, one after the other: the first that is missing is the one named. @throws SpotbenchError as `openFeatures`. */
export async function openViews(
  workspace: Workspace,
  { dataset, encoder }: Pick<FeaturesPlace, 'dataset' | 'encoder'>,
  views: readonly FeatureView[],
): Promise<FeaturesByView> {
  const opened = new Map<FeatureView, FeaturesArtefact>();
  for (const view of views) opened.set(view, await openFeatures(workspace, { dataset, encoder, view }));
  return opened;
}

/** The content hash of each view. */
export function featureHashes(features: FeaturesByView): Record<string, string> {
  return Object.fromEntries([...features].map(([view, { manifest }]) => [view, manifest.hash]));
}

/** One hash over all views, in any order; null where there are none. */
export function hashOfViews(hashes: Readonly<Record<string, string>>): string | null {
  return Object.keys(hashes).length === 0 ? null : hashValue(hashes);
}

/**
 * Features of one section's N spots: N rows, or one of the whole section under `slide`.
 * @throws SpotbenchError `damaged-artefact` when their number is not rows x T x D.
 */
export async function readFeatures(
  { folder, manifest, meta }: FeaturesArtefact,
  section: string,
  spotCount: number,
): Promise<ViewFeatures> {
  const values = float32From(await readArtefactFile(folder, manifest, featuresFile(section)), `${folder}/${section}`);
  const rows = meta.view === 'slide' ? 1 : spotCount;
  const width = meta.names.length;
  const tokens = values.length / (rows * width);
  if (Number.isInteger(tokens) && tokens >= 1 && (meta.view !== 'patch' || tokens === 1))
    return { rows, tokens, width, values };
  throw new SpotbenchError(
    'damaged-artefact',
    `${folder}: section ${section} has ${values.length} numbers, needed ${spotCount} spots x ${width} features; delete it and run again`,
  );
}
