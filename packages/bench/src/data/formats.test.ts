import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locateDataset } from '../datasets/locate.ts';
import { datasetsSchema, type DatasetEntry } from '../datasets/schema.ts';
import { checkedImage } from '../features/build-features.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { buildData } from './build-data.ts';
import { readCounts, readSplits, readSpots } from './data-artefact.ts';

/** Files that anndata, scanpy, h5py and tifffile wrote, with what they read from them: scripts/golden_readers.py. */
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../core/fixtures/readers/${name}`, import.meta.url));

let workspace: Workspace;
let root: string;

beforeEach(() => {
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-formats-')));
  root = join(workspace.store, 'raw', 'small');
});
afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

/** A data set of two sections of two patients, as datasets.json would have it. */
function entryOf(parts: Record<string, unknown>): DatasetEntry {
  const small = {
    title: 'Small',
    organ: 'none',
    technology: 'none',
    synthetic: false,
    licence: 'none',
    citation: 'none',
    spotPitchUm: 100,
    spotDiameterUm: 55,
    markers: null,
    protocols: ['patient-out'],
    optionalProtocols: [],
    seeds: [0],
    sections: ['V1', 'V2'].map((id) => ({ id, patient: id, spotCount: 5 })),
    ...parts,
  };
  return datasetsSchema.parse({ schemaVersion: 1, protocols: {}, datasets: { small } }).datasets.small;
}

function put(from: string, to: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  cpSync(fixture(from), join(root, to), { recursive: true });
}

async function putImage(to: string): Promise<void> {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  const raw = { width: 40, height: 30, channels: 3 } as const;
  await sharp(Buffer.alloc(40 * 30 * 3, 180), { raw }).toFile(join(root, to));
}

/** Copies a section's files for both sections; `*` is the section. */
async function putSections(files: Readonly<Record<string, string>>, image: string): Promise<void> {
  for (const id of ['V1', 'V2']) {
    for (const [to, from] of Object.entries(files)) put(from, to.replace('*', id));
    await putImage(image.replace('*', id));
  }
}

const build = (entry: DatasetEntry): ReturnType<typeof buildData> => buildData(workspace, 'small', entry);
const SPATIAL = {
  format: 'spaceranger',
  files: { counts: '{section}/c.h5', positions: '{section}/spatial', image: '{section}.png' },
};
const IN_TISSUE = ['AAAC-1', 'AAAG-1', 'AAGG-1', 'ACCC-1', 'ACGT-1'];

describe('buildData on spaceranger', () => {
  it.each([
    ['h5, positions without header', 'tenx-v3.h5', 'c.h5', 'tissue_positions_list.csv', 'png'],
    ['mtx, positions with header', 'mtx-v3', 'c', 'tissue_positions.csv', 'jpg'],
    ['old mtx, parquet', 'mtx-v2', 'c', 'tissue_positions.parquet', 'tiff'],
  ])('reads %s', async (_, counts, as, positions, image) => {
    await putSections({ [`*/${as}`]: counts, [`*/spatial/${positions}`]: `spatial/${positions}` }, `*.${image}`);
    const files = {
      counts: `{section}/${as}`,
      positions: '{section}/spatial',
      image: ['{section}.png', `{section}.${image}`],
    };
    const { data } = await build(entryOf({ ...SPATIAL, files }));
    expect((await readSpots(data, 'V1')).ids).toEqual(IN_TISSUE);
    const matrix = await readCounts(data, 'V2');
    expect(matrix.genes).toEqual(['ERBB2', 'FASN', 'GNAS', 'TBCE', 'ACTB', 'MUC1']);
    expect(data.meta.sections[0].report['features-summed']).toBe(1);
    expect((await readSplits(data, 'leave-patient-out')).folds).toHaveLength(2);
    expect(Object.keys(data.meta.sources)).toContain(join('V1', 'spatial', positions));
    if (as === 'c')
      expect(Object.keys(data.meta.sources).some((file) => file.startsWith(join('V1', 'c', 'matrix')))).toBe(true);
  });

  it('refuses a section of a single spot', async () => {
    await putSections(
      { '*/c.h5': 'tenx-v3.h5', '*/spatial/tissue_positions_list.csv': 'spatial/tissue_positions_list.csv' },
      '*.png',
    );
    const path = join(root, 'V2/spatial/tissue_positions_list.csv');
    const [first, ...others] = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes('-1,1,'));
    writeFileSync(path, [first, ...others.map((line) => line.replace('-1,1,', '-1,0,'))].join('\n'));
    const sections = ['V1', 'V2'].map((id) => ({ id, patient: id, spotCount: null }));
    await expect(build(entryOf({ ...SPATIAL, sections }))).rejects.toThrow(
      `section V2: needed at least two spots, for correlations and the distance between spots, found one (${IN_TISSUE[0]});`,
    );
  });

  it('scales positions to the image where it is not of full resolution', async () => {
    await putSections({ '*/c.h5': 'tenx-v3.h5', '*/spatial': 'spatial' }, '*.png');
    const files = { ...SPATIAL.files, scaleFactors: '{section}/spatial/scalefactors_json.json' };
    const full = await readSpots((await build(entryOf(SPATIAL))).data, 'V1');
    const hires = await readSpots(
      (await build(entryOf({ ...SPATIAL, files, read: { imageScale: 'lowres' } }))).data,
      'V1',
    );
    const ratio = hires.pixelX[1] / full.pixelX[1];
    expect(ratio).toBeGreaterThan(0);
    expect(ratio).toBeLessThan(1);
    const without = build(entryOf({ ...SPATIAL, read: { imageScale: 'hires' } }));
    await expect(without).rejects.toThrow('needed tissue_hires_scalef');
  });

  it('reads genes of the genome that the data set names', async () => {
    await putSections({ '*/c.h5': 'tenx-v2.h5', '*/spatial': 'spatial' }, '*.png');
    await expect(build(entryOf(SPATIAL))).rejects.toThrow('genes of 2 genomes (GRCh38, mm10)');
    const { data } = await build(entryOf({ ...SPATIAL, read: { genome: 'GRCh38' } }));
    expect(data.meta.sections[0].geneCount).toBe(6);
  });

  it('takes the files that a section names for itself', async () => {
    await putSections({ '*/c.h5': 'tenx-v3.h5', '*/spatial': 'spatial' }, '*.png');
    put('mtx-v3', 'other/matrix');
    rmSync(join(root, 'V2', 'c.h5'));
    const sections = [
      { id: 'V1', patient: 'V1', spotCount: 5 },
      { id: 'V2', patient: 'V2', spotCount: 5, fill: { place: 'other' }, files: { counts: '{place}/matrix' } },
    ];
    const { data } = await build(entryOf({ ...SPATIAL, sections }));
    expect(await readCounts(data, 'V2')).toEqual(await readCounts(data, 'V1'));
  });

  it.each([
    ['V2/c.h5', 'no count file'],
    ['V2/spatial', 'no positions file'],
    ['V2.png', 'no image'],
  ])('says what a section without %s lacks', async (file, reason) => {
    await putSections({ '*/c.h5': 'tenx-v3.h5', '*/spatial': 'spatial' }, '*.png');
    rmSync(join(root, file), { recursive: true });
    expect(locateDataset(workspace, 'small', entryOf(SPATIAL)).missing).toEqual([{ id: 'V2', reason }]);
    await expect(build(entryOf(SPATIAL))).rejects.toThrow(`found 1 below ${root} (V2: ${reason})`);
  });

  it('reads again when the definition changes, and holds sections to their spot counts', async () => {
    await putSections({ '*/c.h5': 'tenx-v3.h5', '*/spatial': 'spatial' }, '*.png');
    await build(entryOf(SPATIAL));
    expect((await build(entryOf({ ...SPATIAL, title: 'Another title' }))).reused).toBe(true);
    const sections = ['V1', 'V2'].map((id) => ({ id, patient: 'one', spotCount: 5 }));
    const { data, reused } = await build(entryOf({ ...SPATIAL, sections }));
    expect(reused).toBe(false);
    await expect(readSplits(data, 'leave-patient-out')).rejects.toThrow('allow no split leave-patient-out');
    const more = sections.map((section) => ({ ...section, spotCount: 6 }));
    await expect(build(entryOf({ ...SPATIAL, sections: more }))).rejects.toThrow(
      /V1: datasets\.json asserts 6 spots, the files give 5 \(.*c\.h5, .*tissue_positions\.csv\)/,
    );
  });

  it('writes the splits that the data set has of its own', async () => {
    await putSections({ '*/c.h5': 'tenx-v3.h5', '*/spatial': 'spatial' }, '*.png');
    const folds = [{ heldOut: 'V2', train: ['V1'], validation: [], test: ['V2'] }];
    const { data } = await build(entryOf({ ...SPATIAL, splits: { 'some-paper': { folds } } }));
    const manifest = await readSplits(data, 'some-paper');
    expect(manifest.rule).toBe('listed');
    expect(manifest.folds.map(({ sections }) => sections.map((s) => s.role))).toEqual([['train', 'test']]);
  });
});

describe('buildData on other formats', () => {
  it('reads geo-st, counts as they are or gzipped', async () => {
    const files = { counts: ['{gsm}.tsv', '{gsm}.tsv.gz'], spots: '{gsm}_spots.tsv', image: '{gsm}.jpg' };
    const sections = ['V1', 'V2'].map((id, i) => ({ id, patient: id, spotCount: 5, fill: { gsm: `GSM${i}` } }));
    for (const { fill } of sections) {
      put('geo/P2_ST_rep1_stdata.tsv.gz', `${fill.gsm}.tsv.gz`);
      put('geo/spot_data-selection-P2_ST_rep1.tsv', `${fill.gsm}_spots.tsv`);
      await putImage(`${fill.gsm}.jpg`);
    }
    const { data } = await build(entryOf({ format: 'geo-st', files, sections }));
    expect((await readSpots(data, 'V1')).ids).toEqual(['10x14', '11x14', '12x14', '11x15', '12x15']);
    expect((await readCounts(data, 'V2')).genes).toEqual(['ERBB2', 'FASN', 'GNAS', 'TBCE']);
  });

  it('reads hest: the spots in the tissue that have a patch', async () => {
    const files = {
      table: ['st/{section}.h5ad', 'adata/{section}.h5ad'],
      patches: 'patches/{section}.h5',
      image: 'wsis/{section}.tif',
    };
    await putSections({ 'adata/*.h5ad': 'anndata/csr.h5ad', 'patches/*.h5': 'hest-patches.h5' }, 'wsis/*.tif');
    const sections = ['V1', 'V2'].map((id) => ({ id, patient: id, spotCount: 4 }));
    const { data } = await build(entryOf({ format: 'hest', files, sections }));
    expect((await readSpots(data, 'V1')).ids).toEqual(['AAAC-1', 'AAAG-1', 'ACCC-1', 'ACGT-1']);
    expect(data.meta.sections[0].report['spots-without-patch']).toBe(1);
    rmSync(join(root, 'patches', 'V1.h5'));
    await expect(build(entryOf({ format: 'hest', files, sections }))).rejects.toThrow('(V1: no patch file)');
  });

  it.each([
    ['anndata', 'anndata/csc.h5ad', '*.h5ad', {}],
    ['anndata', 'anndata/raw.h5ad', '*.h5ad', { matrix: 'raw' }],
    ['spatialdata', 'anndata/v3.zarr', '*.zarr/tables/table', {}],
    ['spatialdata', 'anndata/v2.zarr', '*.zarr/tables/table', {}],
  ])('reads %s, %s', async (format, from, to, read) => {
    await putSections({ [to]: from }, '*.png');
    const files = { table: to.replace('*', '{section}'), image: '{section}.png' };
    const { data } = await build(entryOf({ format, files, read }));
    expect((await readSpots(data, 'V2')).ids).toEqual(IN_TISSUE);
    expect(data.meta.sections[0].geneCount).toBe(6);
    expect(Object.keys(data.meta.sources).some((file) => file.startsWith(to.replace('*', 'V2').split('/')[0]))).toBe(
      true,
    );
  });

  it.each(['v2.zarr', 'v3.zarr'])('reads a SpatialData store with its image, %s', async (name) => {
    const from = fileURLToPath(new URL(`../../../core/fixtures/spatialdata/${name}`, import.meta.url));
    for (const id of ['V1', 'V2']) cpSync(from, join(root, `${id}.zarr`), { recursive: true });
    const files = {
      table: '{section}.zarr/tables/table',
      image: '{section}.zarr/images/he',
      shapes: '{section}.zarr/shapes/spots',
    };
    const sections = ['V1', 'V2'].map((id) => ({ id, patient: id, spotCount: 3 }));
    const { data } = await build(entryOf({ format: 'spatialdata', files, sections }));
    expect([...(await readSpots(data, 'V2')).pixelX]).toEqual([16, 46.25, 4.5]);
    const image = await checkedImage(data, 'V2', root);
    expect(image).toEqual({ path: join(root, 'V2.zarr/images/he'), widthPx: 70, heightPx: 50 });
    expect(Object.keys(data.meta.sources)).toContain(join('V2.zarr', 'shapes', 'spots', 'shapes.parquet'));
    const chunk = join(image.path, 's0', name === 'v2.zarr' ? '0/1/1' : 'c/0/1/1');
    const bytes = readFileSync(chunk);
    for (const damage of [() => writeFileSync(chunk, bytes.subarray(1)), () => rmSync(chunk)]) {
      damage();
      await expect(checkedImage(data, 'V2', root)).rejects.toThrow('V2.zarr/images/he: not the image that was read');
    }
  });

  it('says where else counts are when a table holds none', async () => {
    await putSections({ '*.h5ad': 'anndata/raw.h5ad' }, '*.png');
    const entry = entryOf({ format: 'anndata', files: { table: '{section}.h5ad', image: '{section}.png' } });
    await expect(build(entry)).rejects.toThrow('the file also has raw, layers/counts');
  });
});

const real = join(process.env.SPOTBENCH_DATA ?? '', 'visium-mini', 'visium_data', '1.0.0');
const here = process.env.SPOTBENCH_DATA !== undefined && existsSync(real);
describe.runIf(here)(`scanpy's Visium folder${here ? '' : ' (skipped: SPOTBENCH_DATA has no visium-mini)'}`, () => {
  it('is read as a data set, positions scaled to its high-resolution image', async () => {
    for (const id of ['V1', 'V2']) cpSync(real, join(root, id), { recursive: true });
    const files = {
      counts: '{section}/filtered_feature_bc_matrix.h5',
      positions: '{section}/spatial',
      scaleFactors: '{section}/spatial/scalefactors_json.json',
      image: '{section}/spatial/tissue_lowres_image.png',
    };
    const sections = ['V1', 'V2'].map((id) => ({ id, patient: id, spotCount: null }));
    const { data } = await build(entryOf({ format: 'spaceranger', files, sections, read: { imageScale: 'lowres' } }));
    expect(data.meta.sections.map(({ spotCount, geneCount }) => [spotCount, geneCount])).toEqual([
      [100, 100],
      [100, 100],
    ]);
  });
});

const liver = join(process.env.SPOTBENCH_DATA ?? '', 'liver-geometry');
const liverHere = process.env.SPOTBENCH_DATA !== undefined && existsSync(liver);
describe.runIf(liverHere)(`liver${liverHere ? '' : ' (skipped: SPOTBENCH_DATA has no liver-geometry)'}`, () => {
  it('has the spots that datasets.json asserts of real positions', async () => {
    const definitions = datasetsSchema.parse(
      (await import('../../../../datasets.json', { with: { type: 'json' } })).default,
    );
    // An image a hundred times smaller stands in for the slide.
    const { liver: whole } = definitions.datasets as { liver: Extract<DatasetEntry, { format: 'spaceranger' }> };
    const entry = {
      ...whole,
      files: { ...whole.files, scaleFactors: 'scale.json' },
      read: { imageScale: 'lowres' as const },
    };
    root = join(workspace.store, 'raw', 'liver');
    for (const { id, fill } of entry.sections) await putLiver(id, fill!.number);
    writeFileSync(join(root, 'scale.json'), '{"tissue_lowres_scalef": 0.01}');
    const { data } = await buildData(workspace, 'liver', entry);
    expect(data.meta.sections.map(({ spotCount }) => spotCount)).toEqual([2378, 2349, 2277, 2265]);
    const [fold] = (await readSplits(data, 'mvitgene-paper')).folds;
    expect(fold.sections.map(({ section, role }) => `${section} ${role}`)).toEqual([
      'A1 train',
      'B1 train',
      'C1 test',
      'D1 train',
    ]);
  });

  /** Real barcodes and positions, made-up counts of one gene, and an image. */
  async function putLiver(id: string, number: string): Promise<void> {
    const folder = join(root, 'filtered_expression_matrices', number);
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(root, 'tissue_pos_matrices'), { recursive: true });
    cpSync(join(liver, `barcodes_${number}.tsv`), join(folder, 'barcodes.tsv'));
    cpSync(
      join(liver, `tissue_positions_list_${number}.csv`),
      join(root, 'tissue_pos_matrices', `tissue_positions_list_${number}.csv`),
    );
    const barcodes = [2378, 2349, 2277, 2265][Number(number) - 1];
    const counts = Array.from({ length: barcodes }, (_, i) => `1 ${i + 1} 1\n`).join('');
    writeFileSync(join(folder, 'features.tsv'), 'ENSG1\tHAL\tGene Expression\n');
    writeFileSync(
      join(folder, 'matrix.mtx'),
      `%%MatrixMarket matrix coordinate integer general\n1 ${barcodes} ${barcodes}\n${counts}`,
    );
    const create = { width: 260, height: 260, channels: 3, background: '#fff' } as const;
    await sharp({ create }).toFile(join(root, `GSM76978${67 + Number(number)}_GEX_C73_${id}_Merged.tif`));
  }
});
