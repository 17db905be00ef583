import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { decodeImage, type RgbImage } from './decode-image.ts';
import { createImageCache } from './image-cache.ts';
import { readImageSize } from './image-size.ts';
import { createPatchReader } from './patch-reader.ts';
import { openRegions } from './region-reader.ts';

const [WIDTH, HEIGHT] = [9, 7];
/** Every channel of every pixel differs from its neighbours, and none is black. */
const colour = (x: number, y: number, channel: number): number => 1 + y * 30 + x * 3 + channel;
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
  colour(Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH), i % 3),
);

/** What a patch must be, straight from its definition. */
function expectedPatch(centreX: number, centreY: number, size: number): number[] {
  const half = Math.floor(size / 2);
  return Array.from({ length: size * size * 3 }, (_, i) => {
    const x = centreX - half + (Math.floor(i / 3) % size);
    const y = centreY - half + Math.floor(i / 3 / size);
    const inside = x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT;
    return inside ? colour(x, y, i % 3) : 0;
  });
}

const spotsAt = (...places: [number, number][]): Spots => ({
  ids: places.map((_, i) => `s${i}`),
  arrayX: new Float32Array(places.length),
  arrayY: new Float32Array(places.length),
  pixelX: Float32Array.from(places, ([x]) => x),
  pixelY: Float32Array.from(places, ([, y]) => y),
});

const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
const image: RgbImage = { widthPx: WIDTH, heightPx: HEIGHT, pixels };
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'spotbench-images-'))));

describe('decodeImage', () => {
  it.each<[string, (s: Sharp) => Sharp]>([
    ['png', (s) => s.png()],
    ['tiff', (s) => s.tiff({ compression: 'lzw' })],
    ['png with alpha', (s) => s.ensureAlpha(0.5).png()],
  ])('gives back the pixels of a %s', async (name, encode) => {
    const path = join(folder, `image-${name}`);
    await writeFile(path, await encode(sharp(pixels, { raw })).toBuffer());
    const opened = await readImageSize(path);
    expect(opened).toMatchObject({ widthPx: WIDTH, heightPx: HEIGHT });
    expect((await decodeImage(opened)).pixels).toEqual(pixels);
  });

  it('gives grey images three equal channels', async () => {
    const path = join(folder, 'grey.png');
    const grey = Uint8Array.of(0, 51, 102, 255);
    await writeFile(
      path,
      await sharp(grey, { raw: { width: 2, height: 2, channels: 1 } })
        .png()
        .toBuffer(),
    );
    const decoded = await decodeImage(await readImageSize(path));
    expect([...decoded.pixels]).toEqual([...grey].flatMap((level) => [level, level, level]));
  });

  it('refuses an image that no buffer holds', async () => {
    const path = join(folder, 'large.png');
    await expect(decodeImage({ path, widthPx: 60_000, heightPx: 40_000 })).rejects.toMatchObject({
      tag: 'unsupported',
      message: expect.stringContaining(`${path}: 60000 x 40000 pixels take 7.2 GB in memory`) as string,
    });
  });

  it('refuses an image that changed size since it was opened', async () => {
    const path = join(folder, 'changed.png');
    await writeFile(path, await sharp(pixels, { raw }).png().toBuffer());
    const opened = await readImageSize(path);
    await expect(decodeImage({ ...opened, widthPx: WIDTH + 1 })).rejects.toMatchObject({
      tag: 'bad-data',
      message: expect.stringContaining(`${path}: needed 10 x 7 x 3, decoded 9 x 7 x 3`) as string,
    });
  });
});

describe('readImageSize', () => {
  it('ignores a rotation note: spots refer to the pixels as stored', async () => {
    const path = join(folder, 'rotated.tif');
    await writeFile(
      path,
      await sharp(pixels, { raw }).withMetadata({ orientation: 6 }).tiff({ compression: 'lzw' }).toBuffer(),
    );
    const opened = await readImageSize(path);
    expect(opened).toEqual({ path, widthPx: WIDTH, heightPx: HEIGHT });
    expect((await decodeImage(opened)).pixels).toEqual(pixels);
  });

  it('ignores a colour profile, in strips and as a whole', async () => {
    const path = join(folder, 'profile.tif');
    const green = sharp({ create: { width: 2, height: 2, channels: 3, background: { r: 0, g: 255, b: 0 } } });
    await writeFile(path, await green.withIccProfile('p3').tiff({ compression: 'lzw' }).toBuffer());
    const stored = [...(await sharp(path, { ignoreIcc: true }).raw().toBuffer())];
    expect(stored).not.toEqual([...(await sharp(path).raw().toBuffer())]);
    const opened = await readImageSize(path);
    const regions = await openRegions(opened);
    expect([...(await regions.read({ left: 0, top: 0, width: 2, height: 2 }))]).toEqual(stored);
    await regions.close();
    expect([...(await decodeImage(opened)).pixels]).toEqual(stored);
  });

  it.each<[string, (s: Sharp) => Sharp, string]>([
    ['fractions', (s) => s.toColourspace('scrgb').tiff({ compression: 'none' }), 'scrgb of type float'],
    ['the four inks', (s) => s.toColourspace('cmyk').jpeg(), 'cmyk of type uchar'],
  ])('refuses pixels of %s, which would be clipped or guessed', async (name, encode, found) => {
    const path = join(folder, name);
    await writeFile(path, await encode(sharp(pixels, { raw })).toBuffer());
    await expect(readImageSize(path)).rejects.toMatchObject({
      tag: 'unsupported',
      message: `${path}: needed grey or RGB pixels of 8 or 16 bit, found ${found}; save it again as 8-bit RGB`,
    });
  });

  it('refuses channels that are pages, as OME-TIFF may have them, but not a grey pyramid', async () => {
    const page = await sharp(pixels, { raw }).greyscale().png().toBuffer();
    const pages = sharp([page, page, page], { join: { animated: true } });
    const path = join(folder, 'pages.tif');
    await writeFile(path, await pages.toColourspace('b-w').tiff({ compression: 'none' }).toBuffer());
    await expect(readImageSize(path)).rejects.toThrow('found 3 grey pages of one size');
    const pyramid = join(folder, 'pyramid.tif');
    const large = sharp({ create: { width: 300, height: 300, channels: 3, background: 'red' } }).toColourspace('b-w');
    await writeFile(pyramid, await large.tiff({ compression: 'none', pyramid: true, tile: true }).toBuffer());
    expect((await sharp(pyramid).metadata()).pages).toBeGreaterThan(1);
    expect(await readImageSize(pyramid)).toMatchObject({ widthPx: 300, heightPx: 300 });
  });
});

describe('createPatchReader', () => {
  const read = (
    places: [number, number][],
    options?: { sizePx?: number; fieldOfViewPx?: number },
  ): Promise<Uint8Array> =>
    createPatchReader(() => Promise.resolve(image), spotsAt(...places)).read([...places.keys()], options);

  it.each([
    ['the middle', 4, 3],
    ['the top left corner', 0, 0],
    ['the top right corner', WIDTH - 1, 0],
    ['the bottom left corner', 0, HEIGHT - 1],
    ['the bottom right corner', WIDTH - 1, HEIGHT - 1],
  ])('cuts the pixels around %s, black beyond the edge, at even and odd sizes', async (_, x, y) => {
    for (const sizePx of [1, 2, 4, 5, 12, 224]) {
      expect([...(await read([[x, y]], { sizePx }))]).toEqual(expectedPatch(x, y, sizePx));
    }
  });

  it('is 224 px wide unless told otherwise, and floors the centre', async () => {
    expect([...(await read([[4.99, 3.99]]))]).toEqual(expectedPatch(4, 3, 224));
  });

  it('reads the spots asked for, in that order, repeats included', async () => {
    const reader = createPatchReader(() => Promise.resolve(image), spotsAt([1, 1], [4, 3], [8, 6]));
    const patches = await reader.read([2, 0, 2], { sizePx: 3 });
    expect([...patches]).toEqual([8, 1, 8].flatMap((x) => expectedPatch(x, x === 8 ? 6 : 1, 3)));
  });

  it('resizes where the field of view is another than the size', async () => {
    const half = await read([[4, 3]], { sizePx: 1, fieldOfViewPx: 2 });
    // Columns 3, 4 and rows 2, 3 with equal weights.
    const mean = (channel: number): number =>
      Math.round([3, 4].flatMap((x) => [2, 3].map((y) => colour(x, y, channel))).reduce((a, b) => a + b) / 4);
    [...half].forEach((value, channel) => expect(Math.abs(value - mean(channel))).toBeLessThanOrEqual(1));
    expect(await read([[4, 3]], { sizePx: 224, fieldOfViewPx: 4 })).toHaveLength(224 * 224 * 3);
  });

  it('refuses a spot that is not there and a size that is none', async () => {
    const reader = createPatchReader(() => Promise.resolve(image), spotsAt([1, 1]));
    await expect(reader.read([1])).rejects.toThrow(/0\.\.0, got 1/);
    await expect(reader.read([-1])).rejects.toThrow(RangeError);
    await expect(reader.read([0], { sizePx: 0 })).rejects.toMatchObject({ tag: 'bad-config' });
    await expect(reader.read([0], { sizePx: 4, fieldOfViewPx: 1.5 })).rejects.toMatchObject({ tag: 'bad-config' });
  });
});

describe('createImageCache', () => {
  const section = (path: string): SectionImage => ({ path, widthPx: WIDTH, heightPx: HEIGHT });

  it('decodes each section once when read section by section, one at a time', async () => {
    let [running, most] = [0, 0];
    const decoded: string[] = [];
    const cache = createImageCache(async ({ path }) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      decoded.push(path);
      return image;
    });
    await Promise.all(['a', 'a', 'b', 'b', 'c'].map((path) => cache.get(section(path))));
    expect(decoded).toEqual(['a', 'b', 'c']);
    expect(most).toBe(1);
    await cache.get(section('a'));
    cache.clear();
    await cache.get(section('a'));
    expect(decoded).toEqual(['a', 'b', 'c', 'a', 'a']);
  });

  it('tries again after a failure', async () => {
    let calls = 0;
    const cache = createImageCache(() =>
      calls++ === 0 ? Promise.reject(new Error('broken')) : Promise.resolve(image),
    );
    await expect(cache.get(section('a'))).rejects.toThrow('broken');
    expect(await cache.get(section('a'))).toBe(image);
  });
});
