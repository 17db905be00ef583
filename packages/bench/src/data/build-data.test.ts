import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetEntry } from '../datasets/schema.ts';
import { buildFeatures } from '../features/build-features.ts';
import { openFeatures } from '../features/features-artefact.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { buildData } from './build-data.ts';
import { dataFolder, readCounts, readSplits, readSpots } from './data-artefact.ts';

const SECTIONS = ['A1', 'B1', 'B2'] as const;
const SIZE = 600;

let workspace: Workspace;
let root: string;
const entry: DatasetEntry = {
  title: 'Small',
  organ: 'none',
  technology: 'none',
  format: 'her2st',
  synthetic: false,
  licence: 'none',
  citation: 'none',
  spotPitchUm: 200,
  spotDiameterUm: 100,
  markers: { genes: ['G0'], source: 'test' },
  protocols: ['patient-out'],
  optionalProtocols: [],
  options: {},
  seeds: [0],
  files: { counts: 'cnts/{section}.tsv.gz', spots: 'spots/{section}.tsv', imageFolder: 'imgs/{section}' },
  sections: SECTIONS.map((id) => ({ id, patient: id[0], spotCount: 2 })),
};

beforeEach(async () => {
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-data-')));
  root = join(workspace.store, 'raw', 'small');
  for (const id of SECTIONS) await writeSection(id);
});
afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

const countsPath = (id: string): string => join(root, 'cnts', `${id}.tsv.gz`);
const imagePath = (id: string): string => join(root, 'imgs', id, 'he.jpg');

async function writeSection(id: string, counts = '\tG0\tG1\n1x1\t1\t2\n2x1\t0\t3\n', pixelX = 450): Promise<void> {
  for (const folder of ['cnts', 'spots', `imgs/${id}`]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(countsPath(id), gzipSync(counts));
  const head = 'x\ty\tnew_x\tnew_y\tpixel_x\tpixel_y\tselected\n';
  writeFileSync(
    join(root, 'spots', `${id}.tsv`),
    `${head}1\t1\t1.0\t1.0\t150\t150\t1\n2\t1\t2.0\t1.0\t${pixelX}\t150\t1\n`,
  );
  const pixels = Buffer.alloc(SIZE * SIZE * 3, 180);
  writeFileSync(
    imagePath(id),
    await sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } })
      .jpeg()
      .toBuffer(),
  );
}

const build = (): ReturnType<typeof buildData> => buildData(workspace, 'small', entry);
const place = { dataset: 'small', encoder: 'handcrafted', view: 'patch' } as const;
const features = (): ReturnType<typeof buildFeatures> => buildFeatures(workspace, place, entry);

/** Nothing that looks like a finished or half-finished artefact. */
const nothingLeft = (folder: string): void => expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);

describe('buildData', () => {
  it('reads sections, counts, spots and splits, and records what it read', async () => {
    const { data, reused } = await build();
    expect(reused).toBe(false);
    expect(data.meta.sections.map((s) => [s.id, s.spotCount, s.geneCount])).toEqual(SECTIONS.map((id) => [id, 2, 2]));
    expect([...(await readCounts(data, 'B2')).values]).toEqual([1, 2, 3]);
    expect((await readSpots(data, 'A1')).ids).toEqual(['1x1', '2x1']);
    expect((await readSplits(data, 'leave-patient-out')).folds.map((f) => f.heldOut)).toEqual(['A', 'B']);
    expect(Object.keys(data.meta.sources)).toContain(join('cnts', 'A1.tsv.gz'));
    expect(JSON.stringify(data.meta)).not.toContain(workspace.root);
  });

  it('does nothing while files and store are unchanged, and reads again when either changes', async () => {
    const first = (await build()).data.manifest.hash;
    expect(await build()).toMatchObject({ reused: true });
    truncateSync(join(dataFolder(workspace, 'small'), 'sections', 'A1', 'values.f32'), 4);
    const rebuilt = await build();
    expect([rebuilt.reused, rebuilt.data.manifest.hash]).toEqual([false, first]);
    await writeSection('A1', '\tG0\tG1\n1x1\t1\t2\n2x1\t0\t4\n');
    const changed = await build();
    expect(changed.reused).toBe(false);
    expect(changed.data.manifest.hash).not.toBe(first);
  });

  it('leaves out an incomplete section, with the reason', async () => {
    rmSync(imagePath('B2'));
    const { data } = await build();
    expect(data.meta.missing).toEqual([{ id: 'B2', reason: 'no image' }]);
  });

  it.each([
    ['a truncated gz', async () => truncate(countsPath('B1'), 20), /B1\.tsv\.gz/],
    ['a ragged row', () => writeSection('B1', '\tG0\tG1\n1x1\t1\t2\n2x1\t0\n'), /B1\.tsv\.gz.*(line|row)/],
    ['a spot outside the image', () => writeSection('B1', undefined, 99_999), /2x1/],
    ['another number of spots', () => writeSection('B1', '\tG0\tG1\n1x1\t1\t2\n'), /asserts 2 spots, the files give 1/],
    ['an image that is none', async () => writeFile(imagePath('B1'), 'not a jpg'), /he\.jpg/],
  ])('refuses %s, naming it, and leaves nothing behind', async (_, damage, message) => {
    await damage();
    await expect(build()).rejects.toThrow(message);
    nothingLeft(join(workspace.store, 'data'));
  });

  it('refuses a data set with one section', async () => {
    for (const id of ['B1', 'B2']) rmSync(countsPath(id));
    await expect(build()).rejects.toThrow(/needs at least two sections.*found 1/);
  });
});

describe('buildFeatures', () => {
  it('computes features once, and again after the data changed', async () => {
    await build();
    expect(await features()).toMatchObject({ reused: false });
    expect(await features()).toMatchObject({ reused: true });
    const { meta } = await openFeatures(workspace, place);
    expect(meta.sections).toEqual({ A1: 2, B1: 2, B2: 2 });
    await writeSection('A1', '\tG0\tG1\n1x1\t1\t2\n2x1\t0\t4\n');
    await build();
    expect(await features()).toMatchObject({ reused: false });
  });

  it('refuses an image that changed after it was read, and one whose pixels do not decode', async () => {
    await build();
    truncateSync(imagePath('B1'), 700);
    await expect(features()).rejects.toThrow(/he\.jpg: not the image that was read/);
    nothingLeft(join(workspace.store, 'features', 'small'));
    await expect(build().then(features)).rejects.toThrow(/he\.jpg/);
    nothingLeft(join(workspace.store, 'features', 'small'));
  });
});
