import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { check } from 'prettier';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildData } from '../../data/build-data.ts';
import { datasetsSchema, type DatasetEntry } from '../../datasets/schema.ts';
import { makeDemoCohort } from '../../demo/demo-cohort.ts';
import { findWorkspace, workspaceAt } from '../../workspace/workspace.ts';
import { memoryTree } from '../memory-tree.ts';
import { generateDataset, type DatasetOptions } from './generate-dataset.ts';

const { root } = findWorkspace(import.meta.dirname);
const before = readFileSync(join(root, 'datasets.json'), 'utf8');

let parent: string;
const at = (name: string): string => join(parent, name);
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'spotbench-dataset-'));
  await makeDemoCohort(at('breast'), { cohort: 'demo', seed: 1 });
  await makeDemoCohort(at('skin'), { cohort: 'demo-cscc', seed: 1 });
  await makeDemoCohort(at('liver'), { cohort: 'demo-visium', seed: 1 });
});
afterAll(() => rmSync(parent, { recursive: true }));

/** The entry that is added; every other byte of datasets.json must stay. */
async function generate(options: DatasetOptions): Promise<DatasetEntry> {
  const tree = memoryTree(root);
  await generateDataset(tree, options);
  const text = tree.written.get('datasets.json')!;
  expect(text.startsWith(before.slice(0, before.lastIndexOf('}\n  }\n}')))).toBe(true);
  expect(await check(text, { filepath: 'datasets.json', printWidth: 120 })).toBe(true);
  return datasetsSchema.parse(JSON.parse(text)).datasets[options.name];
}

const sectionsOf = ({ sections }: DatasetEntry): unknown =>
  sections.map(({ id, patient, spotCount }) => [id, patient, spotCount! > 40 && spotCount! < 100]);

describe('a data set from its files', () => {
  it('her2st: patients are those of its folders; an option says otherwise', async () => {
    const options = { name: 'breast', format: 'her2st', data: at('breast') };
    const entry = await generate(options);
    expect(sectionsOf(entry)).toEqual([
      ['A1', 'A', true],
      ['A2', 'A', true],
      ['B1', 'B', true],
      ['C1', 'C', true],
    ]);
    expect(entry).toMatchObject({ protocols: ['patient-out', 'slide-out'], licence: 'not stated', spotPitchUm: 200 });
    expect(entry).not.toHaveProperty('folder');
  });

  it('geo-st: patients from a csv; a prefix of the files is kept apart from the section', async () => {
    cpSync(at('skin'), at('gse'), { recursive: true });
    for (const name of ['P1_ST_rep1_stdata.tsv.gz', 'spot_data-selection-P1_ST_rep1.tsv.gz', 'P1_ST_rep1.jpg'])
      renameSync(join(at('gse'), name), join(at('gse'), `GSM7_${name}`));
    const entry = await generate({ name: 'skin', format: 'geo-st', data: at('gse'), patients: csvOf(at('skin.csv')) });
    expect(entry).toMatchObject({ folder: 'gse', protocols: ['section-out-within-donor'] });
    expect(entry.sections.map(({ id, fill }) => [id, fill?.prefix])).toContainEqual(['P1_ST_rep1', 'GSM7_']);
  });

  it('spaceranger: sections are folders, patients are told', async () => {
    const entry = await generate({
      ...{ name: 'my-liver', format: 'spaceranger', data: at('liver'), patients: 'L1=one,L2=two,L3=two' },
      ...{ title: 'Liver', licence: 'CC0-1.0', citation: 'We', organ: 'liver' },
    });
    expect(sectionsOf(entry)).toEqual([
      ['L1', 'one', true],
      ['L2', 'two', true],
      ['L3', 'two', true],
    ]);
    expect(entry).toMatchObject({
      title: 'Liver',
      licence: 'CC0-1.0',
      citation: 'We',
      organ: 'liver',
      folder: 'liver',
    });
  });
});

/** Files that anndata and h5py wrote: scripts/golden_readers.py. */
const fixture = (name: string): string => join(root, 'packages', 'core', 'fixtures', 'readers', name);

describe('a data set from one table a section', () => {
  it.each<[string, Readonly<Record<string, string>>, string, number]>([
    ['hest', { 'st/*.h5ad': 'anndata/csr.h5ad', 'patches/*.h5': 'hest-patches.h5' }, 'wsis/*.tif', 4],
    ['anndata', { '*.h5ad': 'anndata/csc.h5ad' }, '*.png', 5],
    ['spatialdata', { '*.zarr/tables/table': 'anndata/v3.zarr' }, '*.tif', 5],
    ['spatialdata', { '*.zarr/tables/table': 'anndata/v2.zarr' }, '*.jpg', 5],
  ])('%s %j: is read as the entry says', async (format, files, image, spots) => {
    const workspace = workspaceAt(mkdtempSync(at('of-')));
    const data = join(workspace.store, 'raw', 'tables');
    for (const id of ['S1', 'S2']) {
      for (const [to, from] of Object.entries({ ...files, [image]: '' })) {
        const path = join(data, to.replace('*', id));
        mkdirSync(dirname(path), { recursive: true });
        if (from === '') await sharp(Buffer.alloc(3600, 180), { raw: IMAGE }).toFile(path);
        else cpSync(fixture(from), path, { recursive: true });
      }
    }
    await expect(generate({ name: 'tables', format, data })).rejects.toThrow(/none for: S1, S2/);
    const entry = await generate({ name: 'tables', format, data, patients: 'S1=one,S2=two' });
    expect(entry.sections).toEqual([
      { id: 'S1', patient: 'one', spotCount: spots },
      { id: 'S2', patient: 'two', spotCount: spots },
    ]);
    expect(entry).toMatchObject({ format, technology: 'Visium', protocols: ['patient-out', 'slide-out'] });
    const { meta } = (await buildData(workspace, 'tables', entry)).data;
    expect(meta.sections.map(({ id, spotCount }) => [id, spotCount])).toEqual(
      entry.sections.map(({ id }) => [id, spots]),
    );
    expect(Object.keys(meta.sources)).toContain(image.replace('*', 'S2'));
  });
});

it.each(['v2.zarr', 'v3.zarr'])(
  'spatialdata: names the image of the folder where it is the only one, or the full one of several, %s',
  async (store) => {
    const workspace = workspaceAt(mkdtempSync(at('of-')));
    const data = join(workspace.store, 'raw', 'stores');
    const from = join(root, 'packages', 'core', 'fixtures', 'spatialdata', store);
    for (const id of ['S1', 'S2']) cpSync(from, join(data, `${id}.zarr`), { recursive: true });
    const options = { name: 'stores', format: 'spatialdata', data, patients: 'S1=one,S2=two' };
    // The fixture has several images.
    await expect(generate(options)).rejects.toThrow(/S1: no image;.* or one image and one shapes element/);
    for (const id of ['S1', 'S2'])
      for (const other of ['deep', 'grey', 'rgba'])
        rmSync(join(data, `${id}.zarr`, 'images', other), { recursive: true });
    const entry = await generate(options);
    expect(entry.files).toMatchObject({ image: '{section}.zarr/images/he', shapes: '{section}.zarr/shapes/spots' });
    const { meta } = (await buildData(workspace, 'stores', entry)).data;
    expect(meta.sections.map(({ spotCount }) => spotCount)).toEqual([3, 3]);
    // As spatialdata-io names a Visium section's images.
    for (const id of ['S1', 'S2']) {
      renameSync(join(data, `${id}.zarr`, 'images', 'he'), join(data, `${id}.zarr`, 'images', `${id}_full_image`));
      cpSync(join(from, 'images', 'grey'), join(data, `${id}.zarr`, 'images', `${id}_lowres_image`), {
        recursive: true,
      });
    }
    expect((await generate(options)).files).toMatchObject({ image: '{section}.zarr/images/{section}_full_image' });
  },
);

it('reads the counts of the matrix that is named, where X holds none', async () => {
  for (const id of ['R1', 'R2']) {
    mkdirSync(at('normalised'), { recursive: true });
    cpSync(fixture('anndata/raw.h5ad'), join(at('normalised'), `${id}.h5ad`));
    await sharp(Buffer.alloc(3600, 180), { raw: IMAGE }).toFile(join(at('normalised'), `${id}.png`));
  }
  const options = { name: 'normalised', format: 'anndata', data: at('normalised'), patients: 'R1=one,R2=two' };
  await expect(generate(options)).rejects.toThrow(/the file also has raw, layers\/counts \(option matrix\)/);
  expect(await generate({ ...options, matrix: 'raw' })).toMatchObject({ read: { matrix: 'raw' } });
  await expect(generate({ ...options, matrix: 'rwa' })).rejects.toThrow(/matrix/);
});

const IMAGE = { width: 40, height: 30, channels: 3 } as const;

/** Every section of the skin cohort is of one patient. */
function csvOf(path: string): string {
  const ids = (JSON.parse(before) as { datasets: Record<string, DatasetEntry> }).datasets['demo-cscc'].sections;
  writeFileSync(path, `section,patient\n${ids.map(({ id }) => `${id},P`).join('\n')}\n`);
  return path;
}

describe('refused', () => {
  const liver = { name: 'liver2', format: 'spaceranger' };
  it.each<[Partial<DatasetOptions>, RegExp]>([
    [{}, /--patients: needed the patient of every section .* none for: L1, L2, L3/],
    [{ patients: 'L1=a,L2=b' }, /none for: L3; sections are L1, L2, L3/],
    [{ patients: 'L1=a,L2=b,L3=c,L4=d' }, /names sections that the folder does not have: L4/],
    [{ patients: 'nowhere.csv' }, /needed section=patient or a csv file, got "nowhere.csv"/],
    [{ name: 'her2st' }, /there is a data set her2st already/],
    [{ name: 'Not A Name', patients: 'L1=a,L2=b,L3=c' }, /data set Not A Name: /],
    [{ format: 'her2st' }, /needed at least two sections of her2st .* found 0/],
    [{ format: 'spacerangr' }, /unknown format "spacerangr"; did you mean "spaceranger"/],
  ])('%j', async (changes, message) => {
    await expect(generate({ ...liver, data: at('liver'), ...changes })).rejects.toThrow(message);
  });

  it('a section whose files are not all there', async () => {
    cpSync(at('liver'), at('cut'), { recursive: true });
    rmSync(join(at('cut'), 'L2', 'spatial'), { recursive: true });
    mkdirSync(join(at('cut'), 'L2', 'spatial'));
    await expect(generate({ ...liver, data: at('cut'), patients: 'L1=a,L2=b,L3=c' })).rejects.toThrow(
      /section L2: no positions file/,
    );
  });
});
