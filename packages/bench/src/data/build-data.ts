import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import {
  canonicalJson,
  hashFile,
  isSpotbenchError,
  makeSplits,
  readHer2stSection,
  SpotbenchError,
  verifyArtefact,
  writeArtefact,
  type Section,
  type SplitManifest,
} from '@spotbench/core';
import { locateDataset, type LocatedDataset, type LocatedSection } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { codeHash, readerCode } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import {
  DATA_KIND,
  dataFolder,
  openData,
  sectionFiles,
  splitFile,
  type DataArtefact,
  type DataMeta,
} from './data-artefact.ts';
import { generate } from './generate.ts';

/** Progress of a long step: how many of how many, and what. */
export type StepProgress = (done: number, total: number, what: string) => void;

/**
 * Reads a data set into the store: every present section, checked, with split manifests; generated data is made first. When
 * the files and the reader are those the artefact was made from and it is intact, nothing is done.
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
  requireSections(located);
  const readerHash = codeHash(workspace, readerCode);
  const sources = await hashSources(located);
  const present = await reusable(workspace, id, readerHash, sources);
  if (present) return { data: present, reused: true };

  const files: Record<string, Uint8Array | string> = {};
  const sections: DataMeta['sections'] = [];
  for (const [i, section] of located.present.entries()) {
    onProgress?.(i, located.present.length, `reading ${section.id}`);
    const read = await readSection(section);
    Object.assign(files, sectionFiles(read));
    sections.push(sectionMeta(located, read));
  }
  for (const rule of rulesThatFit(sections)) files[splitFile(rule)] = splitJson(id, rule, sections);
  onProgress?.(located.present.length, located.present.length, 'writing');
  const meta: DataMeta = {
    dataset: id,
    synthetic: entry.synthetic,
    readerHash,
    sections,
    missing: [...located.missing],
    sources,
  };
  await writeArtefact(dataFolder(workspace, id), DATA_KIND, meta, files);
  return { data: await openData(workspace, id), reused: false };
}

function requireSections({ id, root, present }: LocatedDataset): void {
  if (present.length >= 2) return;
  throw new SpotbenchError(
    'missing-data',
    `data set ${id}: needs at least two sections with counts, spots and image, found ${present.length} below ${root}; ` +
      `point SPOTBENCH_DATA at the folder that holds ${id}/`,
  );
}

async function hashSources({ root, present }: LocatedDataset): Promise<DataMeta['sources']> {
  const sources: DataMeta['sources'] = {};
  for (const { countsPath, spotsPath, imagePath } of present) {
    for (const path of [countsPath, spotsPath, imagePath]) {
      sources[relative(root, path)] = { bytes: (await stat(path)).size, sha256: await hashFile(path) };
    }
  }
  return sources;
}

/** The artefact that stands there, if it was made by this reader from these files and every byte of it is intact. */
async function reusable(
  workspace: Workspace,
  id: string,
  readerHash: string,
  sources: DataMeta['sources'],
): Promise<DataArtefact | undefined> {
  try {
    const data = await openData(workspace, id);
    if (data.meta.readerHash !== readerHash || canonicalJson(data.meta.sources) !== canonicalJson(sources))
      return undefined;
    await verifyArtefact(data.folder, DATA_KIND);
    return data;
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}

async function readSection(located: LocatedSection): Promise<Section> {
  const { id, patient, countsPath, spotsPath, imagePath, spotCount } = located;
  const section = await readHer2stSection({ id, patient, countsPath, spotsPath, imagePath });
  if (spotCount !== null && section.spots.ids.length !== spotCount) {
    throw new SpotbenchError(
      'bad-data',
      `section ${id}: datasets.json asserts ${spotCount} spots, the files give ${section.spots.ids.length} ` +
        `(${countsPath}, ${spotsPath}); these are other files than the benchmark is defined on`,
    );
  }
  return section;
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

/** Leaving patients out needs two of them. */
function rulesThatFit(sections: DataMeta['sections']): SplitManifest['rule'][] {
  return new Set(sections.map((s) => s.patient)).size >= 2
    ? ['leave-patient-out', 'leave-section-out']
    : ['leave-section-out'];
}

function splitJson(id: string, rule: SplitManifest['rule'], sections: DataMeta['sections']): string {
  const manifest = makeSplits(
    id,
    rule,
    sections.map((s) => ({ section: s.id, patient: s.patient, spotCount: s.spotCount })),
  );
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
