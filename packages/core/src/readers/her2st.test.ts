import { readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { denseCounts } from '../counts/csr.ts';
import { decodeImage } from '../images/decode-image.ts';
import { readHer2stSection } from './her2st.ts';
import { COUNTS, SELECTION, tinyJpeg, type TinySection, writeTinySection } from './testing/tiny-section.ts';

const read = async (parts?: TinySection): ReturnType<typeof readHer2stSection> =>
  readHer2stSection(await writeTinySection(parts));

describe('readHer2stSection', () => {
  it('joins counts, spots and image', async () => {
    const section = await read();
    expect(section).toMatchObject({ id: 'T1', patient: 'T', image: { widthPx: 40, heightPx: 30 } });
    expect(section.spots.ids).toEqual(['1x1', '2x1', '1x2']);
    expect([...section.spots.arrayX, ...section.spots.arrayY]).toEqual([1, 2, 1, 1, 1, 2]);
    expect([...section.spots.pixelX]).toEqual([Math.fround(10.9), 39, 10.5]);
    expect([...section.spots.pixelY]).toEqual([Math.fround(10.1), 29, 20.25]);
    expect([...denseCounts(section.counts, section.counts.genes).values]).toEqual([0, 3, 1, 0, 0, 12, 0, 7, 0]);
    expect(Object.values(section.report)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('reads counts that are not compressed, whatever the name says', async () => {
    const plain = await read({ counts: new TextEncoder().encode(COUNTS) });
    expect(plain.counts).toEqual((await read()).counts);
  });

  it('counts what it drops and changes', async () => {
    const section = await read({
      // 9x9 has no spot, 2x1 is not selected, 1x2 is written as measured and has no molecule; 5x5 has no counts.
      counts: `${COUNTS.replace('1x2\t0\t7', '1.2x1.9\t0\t0')}9x9\t1\t1\t1\n`,
      selection: `${SELECTION.replace('39\t29\t1', '39\t29\t0')}5\t5\t5\t5\t1\t1\t1\n6\t6\t6\t6\t999\t999\t0\n`,
    });
    expect(section.spots.ids).toEqual(['1x1', '1x2']);
    expect([...denseCounts(section.counts, section.counts.genes).values]).toEqual([0, 3, 1, 0, 0, 0]);
    expect(section.report).toEqual({
      'unselected-spots': 2,
      'counts-of-unselected-spots': 1,
      'counts-without-spot': 1,
      'spots-without-counts': 1,
      'rounded-coordinates': 1,
      'spots-with-zero-total': 1,
    });
  });

  it('sums columns of one gene, and says so', async () => {
    const { counts, report } = await read({ counts: COUNTS.replace('GNAS', 'FASN') });
    expect(counts.genes).toEqual(['ERBB2', 'FASN']);
    expect([...denseCounts(counts, counts.genes).values]).toEqual([0, 4, 0, 12, 0, 7]);
    expect(report).toMatchObject({ 'features-summed': 1, 'spots-without-counts': 0 });
  });

  it.each<[string, TinySection, string]>([
    ['an empty file of counts', { counts: new Uint8Array() }, 'the file is empty'],
    ['a gzip of nothing', { counts: '' }, 'the file is empty once decompressed'],
    [
      'a truncated gzip',
      { counts: gzipSync(COUNTS).subarray(0, -12) },
      'the gzip stream does not decompress (unexpected end of file)',
    ],
    ['a gzip with a flipped bit', { counts: flipped(gzipSync(COUNTS), 30) }, 'the gzip stream does not decompress'],
    [
      'a malformed spot id',
      { counts: COUNTS.replace('2x1', '2y1') },
      'line 3: needed a spot id like 10x14, found "2y1"; write the table spots x genes',
    ],
    [
      'a repeated count row',
      { counts: COUNTS.replace('2x1', '1x1') },
      'line 3: spot 1x1 falls on array coordinate 1x1, as does spot 1x1 on line 2',
    ],
    [
      'two count rows that round to one',
      { counts: COUNTS.replace('2x1', '1.3x0.9') },
      'line 3: spot 1.3x0.9 falls on array coordinate 1x1, as does spot 1x1 on line 2',
    ],
    ['no spot in common', { counts: COUNTS.replaceAll(/^\dx/gm, '7$&') }, 'none of its 3 spots is a selected spot'],
    [
      'a spot right of the image',
      { selection: SELECTION.replace('39\t29', '40\t29') },
      'line 4: spot 2x1 lies at pixel (40, 29), outside',
    ],
    ['a spot below the image', { selection: SELECTION.replace('39\t29', '39\t30') }, 'outside'],
    ['a spot left of the image', { selection: SELECTION.replace('39\t29', '-0.1\t29') }, 'of 40 x 30 pixels'],
    ['an empty selection', { selection: '' }, 'the file is empty'],
    ['an image that is text', { image: Buffer.from('not an image') }, 'needed an image, but it does not decode'],
    ['an empty image', { image: new Uint8Array() }, 'needed an image, but it does not decode'],
  ])('refuses %s, saying where', async (_, parts, message) => {
    const source = await writeTinySection(parts);
    const error: unknown = await readHer2stSection(source).catch((e: unknown) => e);
    expect(error).toMatchObject({ tag: 'bad-data' });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).toMatch(/T1(_selection)?\.(tsv|jpg)/);
  });

  it.each(['countsPath', 'spotsPath', 'imagePath'] as const)('says that %s is missing', async (path) => {
    const source = await writeTinySection();
    await rm(source[path]);
    await expect(readHer2stSection(source)).rejects.toMatchObject({
      tag: 'missing-data',
      message: expect.stringContaining(source[path]) as string,
    });
  });

  it('leaves a jpg that is cut short to the decoder, which refuses it', async () => {
    const jpeg = await tinyJpeg();
    const section = await read({ image: jpeg.subarray(0, Math.floor(jpeg.length * 0.6)) });
    const error: unknown = await decodeImage(section.image).catch((e: unknown) => e);
    expect(error).toMatchObject({ tag: 'bad-data' });
    expect((error as Error).message).toContain(section.image.path);
  });

  it('changes no file', async () => {
    const source = await writeTinySection();
    const before = await readFile(source.countsPath);
    await readHer2stSection(source);
    expect((await readFile(source.countsPath)).equals(before)).toBe(true);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] ^= 0x10;
  return copy;
}
