import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GeoStSource, parseGeoSelection, readGeoStSection } from './geo-st.ts';
import { fixture, messageOf, rowsOf } from './testing/fixtures.ts';
import { tinyJpeg } from './testing/tiny-section.ts';

const golden = JSON.parse(await readFile(fixture('geo/expected.json'), 'utf8')) as {
  ids: string[];
  counts: number[][];
  pixelX: number[];
  pixelY: number[];
};
const selection = await readFile(fixture('geo/spot_data-selection-P2_ST_rep1.tsv'), 'utf8');

async function source(parts: Partial<GeoStSource> = {}): Promise<GeoStSource> {
  const imagePath = join(await mkdtemp(join(tmpdir(), 'spotbench-geo-')), 'image.jpg');
  await writeFile(imagePath, await tinyJpeg());
  const countsPath = fixture('geo/P2_ST_rep1_stdata.tsv.gz');
  return {
    countsPath,
    spotsPath: fixture('geo/spot_data-selection-P2_ST_rep1.tsv'),
    imagePath,
    id: 'P2_1',
    patient: 'P2',
    ...parts,
  };
}

async function withSelection(text: string): Promise<GeoStSource> {
  const spotsPath = join(await mkdtemp(join(tmpdir(), 'spotbench-geo-')), 'sel.tsv');
  await writeFile(spotsPath, text);
  return source({ spotsPath });
}

describe('readGeoStSection', () => {
  it('joins counts and spots by array coordinate', async () => {
    const { spots, counts, report } = await readGeoStSection(await source());
    expect(spots.ids).toEqual(golden.ids);
    expect([...spots.pixelX]).toEqual(golden.pixelX);
    expect([...spots.pixelY]).toEqual(golden.pixelY);
    expect(rowsOf(counts)).toEqual(golden.counts);
    expect(report).toMatchObject({ 'counts-without-spot': 1, 'spots-without-counts': 1, 'unselected-spots': 0 });
  });

  it('leaves out spots that are not selected, where the file says', async () => {
    const [header, ...rows] = selection.trimEnd().split('\n');
    const text = [`${header}\tselected`, ...rows.map((row, i) => `${row}\t${i === 1 ? 0 : 1}`)].join('\r\n');
    const { spots, report } = await readGeoStSection(await withSelection(`\uFEFF${text}`));
    expect(spots.ids).toEqual(golden.ids.filter((id) => id !== '11x14'));
    expect(report).toMatchObject({ 'unselected-spots': 1, 'counts-of-unselected-spots': 1 });
  });

  it('sums columns of one gene, and says so', async () => {
    const countsPath = join(await mkdtemp(join(tmpdir(), 'spotbench-geo-')), 'counts.tsv');
    await writeFile(countsPath, ['\tA\tB\tA', ...golden.ids.map((id) => `${id}\t1\t0\t2`)].join('\n'));
    const { counts, report } = await readGeoStSection(await source({ countsPath }));
    expect(counts.genes).toEqual(['A', 'B']);
    expect(rowsOf(counts)).toEqual(golden.ids.map(() => [3, 0]));
    expect(report).toMatchObject({ 'features-summed': 1 });
  });

  it.each([
    ['a missing column', selection.replace('pixel_y', 'pixely'), 'line 1: needed a column pixel_y'],
    [
      'a spot twice',
      selection.replace('11\t14', '10\t14'),
      'line 3: spot 10x14 (rounded array coordinate) already stands on',
    ],
    ['a short row', selection.replace('\t8.5\t5', '\t8.5'), 'line 3: needed 6 columns, found 5'],
    ['NaN', selection.replace('\t8.5\t', '\tNaN\t'), 'line 3: pixel_x: needed a number, found "NaN"'],
    ['only a header', selection.split('\n')[0], 'found only the header'],
    [
      'a spot off the image',
      selection.replace('\t8.5\t', '\t40\t'),
      'line 3: spot 11x14 lies at pixel (40, 5), outside',
    ],
  ])('refuses %s', async (_, text, message) => {
    expect(await messageOf(withSelection(text).then(readGeoStSection))).toContain(message);
  });

  it('needs a header', () => {
    expect(() => parseGeoSelection(Buffer.from('\n'), 's.tsv')).toThrow('needed a header line');
  });
});
