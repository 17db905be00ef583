import {
  float32From,
  readArtefactFile,
  readManifest,
  SpotbenchError,
  type ArtefactManifest,
  type FeatureMatrix,
} from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';
import { featuresFolder } from './features-folder.ts';

/** `kind` of an artefact that holds a data set's features under one encoder. */
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
  names: z.array(z.string()).min(1),
  /** Spots of each section. */
  sections: z.record(z.string(), z.int().positive()),
});
export type FeaturesMeta = z.infer<typeof featuresMetaSchema>;

/** A data set's features, opened; sections are read when asked for. */
export interface FeaturesArtefact {
  readonly folder: string;
  readonly manifest: ArtefactManifest;
  readonly meta: FeaturesMeta;
}

/** Path of a section's features inside the artefact: float32, little-endian, row-major. [N, D] */
export function featuresFile(section: string): string {
  return `${section}.f32`;
}

/** Opens features. @throws SpotbenchError `missing-data`, `damaged-artefact`. */
export async function openFeatures(workspace: Workspace, dataset: string, encoder: string): Promise<FeaturesArtefact> {
  const folder = featuresFolder(workspace, dataset, encoder);
  const manifest = await readManifest(folder, FEATURES_KIND);
  const meta = featuresMetaSchema.safeParse(manifest.meta);
  if (!meta.success)
    throw new SpotbenchError('damaged-artefact', `${folder}: written by another version; delete it and run again`);
  return { folder, manifest, meta: meta.data };
}

/** Features of one section's N spots. @throws SpotbenchError `damaged-artefact` when their number is not N x D. */
export async function readFeatures(
  { folder, manifest, meta }: FeaturesArtefact,
  section: string,
  spotCount: number,
): Promise<FeatureMatrix> {
  const values = float32From(await readArtefactFile(folder, manifest, featuresFile(section)), `${folder}/${section}`);
  if (values.length !== spotCount * meta.names.length) {
    throw new SpotbenchError(
      'damaged-artefact',
      `${folder}: section ${section} has ${values.length} numbers, needed ${spotCount} spots x ${meta.names.length} features; delete it and run again`,
    );
  }
  return { encoder: meta.encoder, names: meta.names, values };
}
