import { relative } from 'node:path';
import {
  canonicalJson,
  hashValue,
  isSpotbenchError,
  SpotbenchError,
  verifyArtefact,
  writeArtefact,
  type Section,
} from '@spotbench/core';
import { howToGet } from '../datasets/how-to-get.ts';
import { locateDataset, type LocatedDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { codeHash, readerCode } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { DATA_KIND, dataFolder, openData, sectionFiles, type DataArtefact, type DataMeta } from './data-artefact.ts';
import { generate } from './generate.ts';
import { readSection } from './read-section.ts';
import { hashSources } from './source-files.ts';
import { splitFiles } from './split-files.ts';

/** Progress of a long step: how many of how many, and what. */
export type StepProgress = (done: number, total: number, what: string) => void;

/**
 * Reads a data set into the store: every present section, checked, with split manifests; generated data is made first. When
 * the files, the reader and the data set's definition are those the artefact was made from and it is intact, nothing is done.
 *
 * @throws SpotbenchError `missing-data` with fewer than two sections; `bad-data` as the reader does; `bad-data` when a
 * section's spot count is not the one datasets.json asserts.
 */
export async function buildData(
  workspace: Workspace,
  id: string,
  entry: DatasetEntry,
  onProgress?: StepProgress,
): Promise<{ data: DataArtefact; reused: boolean }> {
  if (entry.generator) await generate(workspace, id, entry.generator, onProgress);
  const located = locateDataset(workspace, id, entry);
  requireSections(located, entry);
  const made = await madeFrom(workspace, located, entry);
  const present = await reusable(workspace, id, made);
  if (present) return { data: present, reused: true };

  const files: Record<string, Uint8Array | string> = {};
  const sections: DataMeta['sections'] = [];
  for (const [i, section] of located.present.entries()) {
    onProgress?.(i, located.present.length, `reading ${section.id}`);
    const read = await readSection(entry, section);
    Object.assign(files, sectionFiles(read));
    sections.push(sectionMeta(located, read));
  }
  Object.assign(files, splitFiles(id, entry, sections));
  onProgress?.(located.present.length, located.present.length, 'writing');
  const meta: DataMeta = {
    dataset: id,
    synthetic: entry.synthetic,
    sections,
    missing: [...located.missing],
    ...made,
  };
  await writeArtefact(dataFolder(workspace, id), DATA_KIND, meta, files);
  return { data: await openData(workspace, id), reused: false };
}

/** What a data set's artefact would be made from now: it is current when its `meta` says the same. */
export async function madeFrom(workspace: Workspace, located: LocatedDataset, entry: DatasetEntry): Promise<MadeFrom> {
  return {
    readerHash: codeHash(workspace, readerCode),
    definitionHash: definitionHash(entry),
    sources: await hashSources(located),
  };
}

type MadeFrom = Pick<DataMeta, 'readerHash' | 'definitionHash' | 'sources'>;

function requireSections({ id, root, present, missing }: LocatedDataset, entry: DatasetEntry): void {
  if (present.length >= 2) return;
  const first = missing.length > 0 ? ` (${missing[0].id}: ${missing[0].reason})` : '';
  throw new SpotbenchError(
    'missing-data',
    `data set ${id}: needs at least two sections with counts, spots and image, found ${present.length} below ${root}${first}; ` +
      howToGet(id, entry),
  );
}

/** Hash over what of a data set's definition decides what is read: another patient or spot count is another data set. */
function definitionHash({ format, files, read, sections, splits }: DatasetEntry): string {
  const decisive = sections.map(({ id, patient, spotCount, fill, files: own }) => ({
    id,
    patient,
    spotCount,
    fill: fill ?? {},
    files: own ?? {},
  }));
  return hashValue({ format, files, read: read ?? {}, sections: decisive, splits: splits ?? {} });
}

/** The artefact that stands there, if it was made by this reader from these files as defined and every byte of it is intact. */
async function reusable(workspace: Workspace, id: string, made: MadeFrom): Promise<DataArtefact | undefined> {
  try {
    const data = await openData(workspace, id);
    const { readerHash, definitionHash: definition, sources } = data.meta;
    if (readerHash !== made.readerHash || definition !== made.definitionHash) return undefined;
    if (canonicalJson(sources) !== canonicalJson(made.sources)) return undefined;
    await verifyArtefact(data.folder, DATA_KIND);
    return data;
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}

function sectionMeta(
  { root }: LocatedDataset,
  { id, patient, spots, counts, image, report }: Section,
): DataMeta['sections'][number] {
  return {
    id,
    patient,
    spotCount: spots.ids.length,
    geneCount: counts.genes.length,
    image: { file: relative(root, image.path), widthPx: image.widthPx, heightPx: image.heightPx },
    report: { ...report },
  };
}
