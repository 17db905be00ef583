import { join } from 'node:path';
import {
  countFiles,
  countsFromFiles,
  parseSplits,
  readArtefactFile,
  readManifest,
  SpotbenchError,
  type ArtefactManifest,
  type CountMatrix,
  type Section,
  type SplitManifest,
  type Spots,
} from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';

/** `kind` of a data set's artefact: what was read from its files, ready for cells. */
export const DATA_KIND = 'spotbench-data';

const source = z.strictObject({ bytes: z.int(), sha256: z.string().length(64) });
const sectionMeta = z.strictObject({
  id: z.string(),
  patient: z.string(),
  spotCount: z.int().positive(),
  geneCount: z.int().positive(),
  image: z.strictObject({ file: z.string(), widthPx: z.int().positive(), heightPx: z.int().positive() }),
  /** How often each of the reader's rules applied. */
  report: z.record(z.string(), z.number()),
});

/** What a data artefact says of itself. Holds no time and no absolute path: the same files give the same bytes. */
export const dataMetaSchema = z.strictObject({
  dataset: z.string(),
  synthetic: z.boolean(),
  /** Hash of the source that read it. */
  readerHash: z.string().length(64),
  /** Hash of what of its definition in datasets.json decides what is read. */
  definitionHash: z.string().length(64),
  sections: z.array(sectionMeta).min(2),
  /** Sections of datasets.json that are not here, with the reason. */
  missing: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  /** Every file read, by path below the data root. */
  sources: z.record(z.string(), source),
});
export type DataMeta = z.infer<typeof dataMetaSchema>;

const spotsJson = z.strictObject({
  ids: z.array(z.string()),
  arrayX: z.array(z.number()),
  arrayY: z.array(z.number()),
  pixelX: z.array(z.number()),
  pixelY: z.array(z.number()),
});

/** A data set's artefact, opened: manifest checked, sections read when asked for. */
export interface DataArtefact {
  readonly folder: string;
  readonly manifest: ArtefactManifest;
  readonly meta: DataMeta;
}

/** Where a data set's artefact lies. */
export function dataFolder(workspace: Workspace, dataset: string): string {
  return join(workspace.store, 'data', dataset);
}

/** Opens a data set's artefact. @throws SpotbenchError `missing-data` before `spotbench data`, `damaged-artefact`. */
export async function openData(workspace: Workspace, dataset: string): Promise<DataArtefact> {
  const folder = dataFolder(workspace, dataset);
  const manifest = await readManifest(folder, DATA_KIND);
  const meta = dataMetaSchema.safeParse(manifest.meta);
  if (!meta.success)
    throw new SpotbenchError('damaged-artefact', `${folder}: written by another version; delete it and run again`);
  return { folder, manifest, meta: meta.data };
}

/** The files that one section becomes. */
export function sectionFiles({ id, spots, counts }: Section): Record<string, Uint8Array | string> {
  const { ids, arrayX, arrayY, pixelX, pixelY } = spots;
  const json: z.infer<typeof spotsJson> = {
    ids: [...ids],
    arrayX: [...arrayX],
    arrayY: [...arrayY],
    pixelX: [...pixelX],
    pixelY: [...pixelY],
  };
  return { [`sections/${id}/spots.json`]: JSON.stringify(json), ...countFiles(counts, `sections/${id}`) };
}

/** Spots of one section: what may be known of a test section before its prediction is stored. */
export async function readSpots({ folder, manifest }: DataArtefact, id: string): Promise<Spots> {
  const bytes = await readArtefactFile(folder, manifest, `sections/${id}/spots.json`);
  const json = spotsJson.parse(JSON.parse(bytes.toString('utf8')));
  return {
    ids: json.ids,
    arrayX: Float32Array.from(json.arrayX),
    arrayY: Float32Array.from(json.arrayY),
    pixelX: Float32Array.from(json.pixelX),
    pixelY: Float32Array.from(json.pixelY),
  };
}

/** Gene names of one section, without a count. */
export async function readGenes({ folder, manifest }: DataArtefact, id: string): Promise<string[]> {
  return JSON.parse(
    (await readArtefactFile(folder, manifest, `sections/${id}/genes.json`)).toString('utf8'),
  ) as string[];
}

/** Counts of one section. Of a test section only scoring and answer controls may ask for them. */
export function readCounts({ folder, manifest }: DataArtefact, id: string): Promise<CountMatrix> {
  return countsFromFiles((name) => readArtefactFile(folder, manifest, name), `sections/${id}`);
}

/** The split manifest of a name, see `splitNameOf`. @throws SpotbenchError `bad-split` where the sections allow none. */
export async function readSplits(data: DataArtefact, name: string): Promise<SplitManifest> {
  const file = splitFile(name);
  if (!(file in data.manifest.files)) {
    throw new SpotbenchError(
      'bad-split',
      `${data.meta.dataset}: its sections allow no split ${name}; spotbench plan says why`,
    );
  }
  const bytes = await readArtefactFile(data.folder, data.manifest, file);
  return parseSplits(JSON.parse(bytes.toString('utf8')), `${data.folder}/${file}`);
}

/** Path of a split manifest inside the artefact, by name of the split. */
export function splitFile(name: string): string {
  return `splits/${name}.json`;
}

/** What the artefact records of a section. @throws SpotbenchError `bad-split` for a section that is not in it. */
export function metaOf(data: DataArtefact, id: string): DataMeta['sections'][number] {
  const found = data.meta.sections.find((s) => s.id === id);
  if (!found) throw new SpotbenchError('bad-split', `${data.meta.dataset}: no section ${id} in ${data.folder}`);
  return found;
}
