import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { Region } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { demoSection } from './demo-section.ts';
import { demoGenes } from './genes.ts';
import { IMAGE } from './spot-grid.ts';

const key = { seed: 5, patient: 'A', section: 'A1' };
type Files = Awaited<ReturnType<typeof demoSection>>;
let files: Files;

beforeAll(async () => {
  files = await demoSection(key, demoGenes(5));
});

function rowsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}
const countRows = (from: Files): string[][] => rowsOf(gunzipSync(from['ST-cnts/A1.tsv.gz']).toString());
const selectionRows = (from: Files): string[][] => rowsOf(from['ST-spotfiles/A1_selection.tsv'] as string);

async function meanColour(region: Region): Promise<number[]> {
  const pixels = await sharp(files['ST-imgs/A/A1/A1.jpg']).extract(region).removeAlpha().raw().toBuffer();
  const sums = [0, 0, 0];
  for (const [i, level] of pixels.entries()) sums[i % 3] += level;
  return sums.map((sum) => (3 * sum) / pixels.length);
}

describe('a demo section', () => {
  it('is three files in the her2st layout', () => {
    expect(Object.keys(files)).toEqual(['ST-cnts/A1.tsv.gz', 'ST-spotfiles/A1_selection.tsv', 'ST-imgs/A/A1/A1.jpg']);
    const [header, ...rows] = countRows(files);
    expect(header[0]).toBe('');
    expect(header).toHaveLength(301);
    for (const row of rows) expect(row).toHaveLength(301);
    expect(selectionRows(files)[0]).toEqual(['x', 'y', 'new_x', 'new_y', 'pixel_x', 'pixel_y', 'selected']);
  });

  it('has 110 to 156 spots, with one unsequenced, one unlisted and one unselected among them', () => {
    const sequenced = new Set(countRows(files).map((row) => row[0])); // the header's empty cell is in it too
    const listed = selectionRows(files).slice(1);
    const names = new Set(listed.map(([x, y]) => `${x}x${y}`));
    expect(listed.length).toBeGreaterThan(110);
    expect(listed.length).toBeLessThanOrEqual(156);
    expect([...names].filter((name) => !sequenced.has(name))).toHaveLength(1);
    expect([...sequenced].filter((name) => name !== '' && !names.has(name))).toHaveLength(1);
    expect(listed.filter((row) => row[6] === '0')).toHaveLength(1);
  });

  it('puts every spot inside the image', async () => {
    const { width, height } = await sharp(files['ST-imgs/A/A1/A1.jpg']).metadata();
    expect({ width, height }).toEqual(IMAGE);
    for (const row of selectionRows(files).slice(1)) {
      expect(Number(row[4])).toBeGreaterThan(0);
      expect(Number(row[4])).toBeLessThan(width);
      expect(Number(row[5])).toBeGreaterThan(0);
      expect(Number(row[5])).toBeLessThan(height);
    }
  });

  it('looks like H&E: glass is light, tissue is purple to pink', async () => {
    const corner = await meanColour({ left: 0, top: 0, width: 60, height: 60 });
    const tissue = await meanColour({ left: 700, top: 700, width: 900, height: 900 });
    for (const level of corner) expect(level).toBeGreaterThan(220);
    const [red, green, blue] = tissue;
    expect(green).toBeLessThan(red);
    expect(red).toBeLessThan(blue);
    expect(blue).toBeLessThan(230);
  });

  it('is the same, byte for byte, from the same seed', async () => {
    expect(await demoSection(key, demoGenes(5))).toEqual(files);
  });
});
