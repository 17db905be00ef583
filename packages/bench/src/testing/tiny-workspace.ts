import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  bytesOf,
  createRandom,
  hashFile,
  makeSplits,
  writeArtefact,
  type FeatureView,
  type Section,
} from '@spotbench/core';
import sharp from 'sharp';
import { DATA_KIND, dataFolder, sectionFiles, splitFile, type DataMeta } from '../data/data-artefact.ts';
import type { Datasets } from '../datasets/schema.ts';
import { FEATURES_KIND, featuresFile, type FeaturesMeta } from '../features/features-artefact.ts';
import { featuresFolder } from '../features/features-folder.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';

/** Three patients, four sections. */
const SECTIONS = [
  { id: 'A1', patient: 'A' },
  { id: 'A2', patient: 'A' },
  { id: 'B1', patient: 'B' },
  { id: 'C1', patient: 'C' },
] as const;
const SPOTS = 30;
const GENES = Array.from({ length: 60 }, (_, g) => `GENE${String(g).padStart(2, '0')}`);
const IMAGE_PX = 100;
const HASH = '0'.repeat(64);

/** How the tiny data set is made. */
export interface TinyOptions {
  /** Rewrites a section's counts before they are stored. */
  readonly changeCounts?: (section: string, values: Float32Array) => void;
  /** Spots per section that the split claims; the true number where absent. */
  readonly splitSpotCount?: number;
}

/**
 * A workspace in a temporary folder with a data set `tiny` already read, with images of noise and made-up `patch` features,
 * for tests of cells and tables: counts follow the first feature. Add methods with `addMethod`.
 */
export async function tinyWorkspace(options: TinyOptions = {}): Promise<Workspace> {
  const workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-tiny-')));
  writeFileSync(join(workspace.root, 'datasets.json'), JSON.stringify(definitions()));
  writeFileSync(join(workspace.root, 'nx.json'), '{}');
  mkdirSync(join(workspace.root, 'packages', 'bench'), { recursive: true });
  writeFileSync(join(workspace.root, 'packages', 'bench', 'package.json'), JSON.stringify({ name: 'bench' }));
  const sections = SECTIONS.map(({ id, patient }) => makeSection(id, patient, options));
  await Promise.all(SECTIONS.map(({ id }) => writeImage(workspace, id)));
  const dataHash = await writeData(workspace, sections, options.splitSpotCount);
  await writeFeatures(workspace, sections, dataHash);
  return workspace;
}

/** Removes the workspace's folder. */
export function removeWorkspace(workspace: Workspace): void {
  rmSync(workspace.root, { recursive: true, force: true });
}

/** The body of a `fit` that predicts an expression of k, the index into [N, G], and of G, the number of genes. */
export const fitted = (value: string): string => `
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict(slide) {
    return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) => ${value});
  } };`;

/** Adds a package with one control or method whose `fit` has the given body. */
export function addMethod(
  workspace: Workspace,
  name: string,
  body: string,
  kind: 'method' | 'control' = 'control',
  views?: readonly FeatureView[],
  finetune?: readonly string[],
): void {
  const folder = join(workspace.root, 'packages', name);
  mkdirSync(join(folder, 'src'), { recursive: true });
  const entry = './src/index.ts';
  const json = {
    name,
    type: 'module',
    spotbench: kind === 'method' ? { method: entry, views, finetune } : { controls: { [name]: entry } },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(json));
  writeFileSync(join(folder, 'src', 'index.ts'), methodSource(name, kind === 'control', body, views));
}

/** The text of a module that exports a method whose `fit` has the given body. */
function methodSource(name: string, deterministic: boolean, body: string, views?: readonly FeatureView[]): string {
  return `
const anyConfig = { safeParse: (data) => ({ success: true, data }) };
export const method = {
  name: '${name}', version: '1', title: '${name}', deterministic: ${deterministic}, configSchema: anyConfig,
  views: ${JSON.stringify(views)},
  async fit(data, context) { ${body} },
};
`;
}

function definitions(): Datasets {
  return {
    schemaVersion: 1,
    protocols: {
      'patient-out': {
        title: 'Leave one patient out',
        tier: 'headline',
        split: 'leave-patient-out',
        target: 'log1p-10k',
        predict: { rule: 'hvg-variance', size: 55 },
        sets: ['marker', 'HEG-50', 'HVG-50', 'all'],
        setsDefinedOn: 'training',
        note: 'Test.',
      },
    },
    datasets: {
      tiny: {
        title: 'Tiny',
        organ: 'none',
        technology: 'none',
        format: 'her2st',
        synthetic: true,
        generator: { name: 'demo', seed: 1 },
        licence: 'none',
        citation: 'none',
        spotPitchUm: 200,
        spotDiameterUm: 100,
        markers: { genes: ['GENE01', 'GENE02'], source: 'test' },
        protocols: ['patient-out'],
        optionalProtocols: [],
        options: {},
        seeds: [0],
        files: { counts: '{section}', spots: '{section}', imageFolder: '{section}' },
        sections: SECTIONS.map((s) => ({ ...s, spotCount: SPOTS })),
      },
    },
  };
}

/** Feature 0 of spot i: what the counts follow. */
function cue(section: string, i: number): number {
  return createRandom(1, 'cue', section, i).uniform();
}

function makeSection(id: string, patient: string, { changeCounts }: TinyOptions): Section {
  const grid = Float32Array.from({ length: SPOTS }, (_, i) => i);
  const values = new Float32Array(SPOTS * GENES.length);
  for (let i = 0; i < SPOTS; i++) {
    for (let g = 0; g < GENES.length; g++) {
      const mean = 2 + 10 * cue(id, i) * (g % 7);
      values[i * GENES.length + g] = 1 + createRandom(2, id, i, g).poisson(mean);
    }
  }
  changeCounts?.(id, values);
  const indptr = Uint32Array.from({ length: SPOTS + 1 }, (_, i) => i * GENES.length);
  const indices = Uint32Array.from(values, (_, k) => k % GENES.length);
  return {
    id,
    patient,
    spots: {
      ids: [...grid].map((i) => `${i}x0`),
      arrayX: grid,
      arrayY: new Float32Array(SPOTS),
      pixelX: grid,
      pixelY: grid,
    },
    counts: { genes: GENES, indptr, indices, values },
    image: { path: join('/nowhere', id), widthPx: IMAGE_PX, heightPx: IMAGE_PX },
    report: {},
  };
}

const imageFile = (id: string): string => `${id}.png`;
const rawPath = ({ store }: Workspace, file: string): string => join(store, 'raw', 'tiny', file);

async function writeImage(workspace: Workspace, id: string): Promise<void> {
  const random = createRandom(3, 'image', id);
  const pixels = Uint8Array.from({ length: IMAGE_PX * IMAGE_PX * 3 }, () => 100 + random.integer(150));
  const path = rawPath(workspace, imageFile(id));
  mkdirSync(dirname(path), { recursive: true });
  const raw = { width: IMAGE_PX, height: IMAGE_PX, channels: 3 } as const;
  await sharp(pixels, { raw }).png().toFile(path);
}

async function sourceOf(workspace: Workspace, file: string): Promise<[string, { bytes: number; sha256: string }]> {
  const path = rawPath(workspace, file);
  return [file, { bytes: statSync(path).size, sha256: await hashFile(path) }];
}

async function writeData(workspace: Workspace, sections: readonly Section[], splitSpotCount = SPOTS): Promise<string> {
  const meta: DataMeta = {
    dataset: 'tiny',
    synthetic: true,
    readerHash: HASH,
    definitionHash: HASH,
    sections: sections.map(({ id, patient, image }) => ({
      id,
      patient,
      spotCount: SPOTS,
      geneCount: GENES.length,
      image: { file: imageFile(id), widthPx: image.widthPx, heightPx: image.heightPx },
      report: {},
    })),
    missing: [],
    sources: Object.fromEntries(await Promise.all(sections.map(({ id }) => sourceOf(workspace, imageFile(id))))),
  };
  const splits = makeSplits(
    'tiny',
    'leave-patient-out',
    sections.map((s) => ({ section: s.id, patient: s.patient, spotCount: splitSpotCount })),
  );
  const files = Object.assign(
    { [splitFile('leave-patient-out')]: JSON.stringify(splits) },
    ...sections.map(sectionFiles),
  ) as Record<string, string>;
  return (await writeArtefact(dataFolder(workspace, 'tiny'), DATA_KIND, meta, files)).hash;
}

async function writeFeatures(workspace: Workspace, sections: readonly Section[], datasetHash: string): Promise<void> {
  const meta: FeaturesMeta = {
    dataset: 'tiny',
    datasetHash,
    encoder: 'handcrafted',
    encoderVersion: '1',
    encoderHash: HASH,
    view: 'patch',
    names: ['cue', 'nothing'],
    sections: Object.fromEntries(sections.map((s) => [s.id, SPOTS])),
  };
  const files = sections.map(({ id }) => {
    const values = Float32Array.from({ length: SPOTS * 2 }, (_, k) => (k % 2 === 0 ? cue(id, k / 2) : 0));
    return [featuresFile(id), bytesOf(values)] as const;
  });
  const place = { dataset: 'tiny', encoder: 'handcrafted', view: 'patch' } as const;
  await writeArtefact(featuresFolder(workspace, place), FEATURES_KIND, meta, Object.fromEntries(files));
}
