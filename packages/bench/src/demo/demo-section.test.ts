import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { Region } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEMO_COHORTS, type DemoCohort } from './cohorts.ts';
import { demoSection } from './demo-section.ts';
import { demoGenes } from './genes.ts';
import type { SectionFiles } from './layouts/layout.ts';

/** The first section of each cohort, its files and the role of the image among them. */
const FIRST = [
  {
    cohort: 'demo',
    paths: ['ST-cnts/A1.tsv.gz', 'ST-spotfiles/A1_selection.tsv', 'ST-imgs/A/A1/A1.jpg'],
    columns: ['x', 'y', 'new_x', 'new_y', 'pixel_x', 'pixel_y', 'selected'],
  },
  {
    cohort: 'demo-cscc',
    paths: ['P1_ST_rep1_stdata.tsv.gz', 'spot_data-selection-P1_ST_rep1.tsv.gz', 'P1_ST_rep1.jpg'],
    columns: ['x', 'y', 'new_x', 'new_y', 'pixel_x', 'pixel_y'],
  },
  {
    cohort: 'demo-visium',
    paths: [
      'L1/filtered_feature_bc_matrix.h5',
      'L1/spatial/tissue_positions.csv',
      'L1/spatial/scalefactors_json.json',
      'L1/image.tif',
    ],
    columns: ['barcode', 'in_tissue', 'array_row', 'array_col', 'pxl_row_in_fullres', 'pxl_col_in_fullres'],
  },
] as const;

function makeFirst(cohort: DemoCohort): Promise<SectionFiles> {
  const [{ id, patient }] = DEMO_COHORTS[cohort].sections;
  return demoSection({ cohort, seed: 5, patient, section: id }, demoGenes(cohort, 5));
}

function textOf(data: Uint8Array | string): string {
  if (typeof data === 'string') return data;
  return gunzipSync(data).toString();
}

describe.each(FIRST)('a section of $cohort', ({ cohort, paths, columns }) => {
  const { area } = DEMO_COHORTS[cohort].array;
  const image = paths[paths.length - 1];
  let files: SectionFiles;
  beforeAll(async () => {
    files = await makeFirst(cohort);
  });

  it('is files in its layout', () => {
    expect(Object.keys(files)).toEqual(paths);
    expect(textOf(files[paths[1]]).split('\n')[0].split(/[\t,]/)).toEqual(columns);
  });

  it('has an image of the array that looks like H&E: glass is light, tissue is purple to pink', async () => {
    const { width, height } = await sharp(files[image]).metadata();
    expect({ width, height }).toEqual(area);
    const corner = await meanColour(files[image], { left: 0, top: 0, width: 60, height: 60 });
    const tissue = await meanColour(files[image], { left: 450, top: 450, width: 800, height: 800 });
    for (const level of corner) expect(level).toBeGreaterThan(220);
    const [red, green, blue] = tissue;
    expect(green).toBeLessThan(red);
    expect(red).toBeLessThan(blue + 15); // pink where there is more stroma than nuclei
    expect(blue).toBeLessThan(230);
  });

  it('is the same, byte for byte, from the same seed at another time', async () => {
    await new Promise((wait) => setTimeout(wait, 1100)); // formats that stamp the time do so in seconds
    expect(await makeFirst(cohort)).toEqual(files);
  });
});

async function meanColour(image: Uint8Array | string, region: Region): Promise<number[]> {
  const pixels = await sharp(image).extract(region).removeAlpha().raw().toBuffer();
  const sums = [0, 0, 0];
  for (const [i, level] of pixels.entries()) sums[i % 3] += level;
  return sums.map((sum) => (3 * sum) / pixels.length);
}

it('stores Visium images as tiles of 256 px', async () => {
  const files = await makeFirst('demo-visium');
  const tiff = Buffer.from(files['L1/image.tif'] as Uint8Array);
  expect(tiff.subarray(0, 4).toString('latin1')).toBe('II*\0');
  const entries = tiff.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let k = 0; k < tiff.readUInt16LE(entries); k++) {
    const at = entries + 2 + 12 * k;
    const isShort = tiff.readUInt16LE(at + 2) === 3;
    tags.set(tiff.readUInt16LE(at), isShort ? tiff.readUInt16LE(at + 8) : tiff.readUInt32LE(at + 8));
  }
  const [tileWidth, tileLength, compression] = [322, 323, 259].map((tag) => tags.get(tag));
  expect({ tileWidth, tileLength, compression }).toEqual({ tileWidth: 256, tileLength: 256, compression: 7 });
});
