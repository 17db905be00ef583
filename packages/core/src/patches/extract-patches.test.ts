import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SectionImage } from '../contracts/section.ts';
import { decodeImage } from '../images/decode-image.ts';
import { readImageSize } from '../images/image-size.ts';
import { createPatchReader } from '../images/patch-reader.ts';
import { extractPatches } from './extract-patches.ts';
import type { PatchSlide } from './patch-slide.ts';
import type { PatchView } from './patch-view.ts';

/** Higher than two bands of 256 rows. */
const [WIDTH, HEIGHT] = [90, 700];
let images: Record<string, SectionImage>;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-extract-'));
  const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => 1 + ((i * 7 + (i >> 9)) % 255));
  const image = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  await image
    .clone()
    .tiff({ tile: true, tileWidth: 64, tileHeight: 64, compression: 'lzw' })
    .toFile(join(folder, 'tiled'));
  await image.clone().tiff({ compression: 'none' }).toFile(join(folder, 'stripped'));
  await image.clone().png().toFile(join(folder, 'png'));
  const open = (name: string): Promise<SectionImage> => readImageSize(join(folder, name));
  images = { tiled: await open('tiled'), stripped: await open('stripped'), png: await open('png') };
});

const slideAt = (image: SectionImage, places: readonly (readonly [number, number])[]): PatchSlide => ({
  id: 'S',
  image,
  spots: {
    ids: places.map((_, i) => `s${i}`),
    arrayX: new Float32Array(places.length),
    arrayY: new Float32Array(places.length),
    pixelX: Float32Array.from(places, ([x]) => x),
    pixelY: Float32Array.from(places, ([, y]) => y),
  },
});

async function extracted(
  slide: PatchSlide,
  views: readonly PatchView[],
  largestWindowBytes?: number,
): Promise<Map<string, Buffer>> {
  const patches = new Map<string, Buffer>();
  for await (const { view, row, pixels } of extractPatches(slide, views, { largestWindowBytes })) {
    expect(patches.has(`${view.name} ${row}`)).toBe(false);
    patches.set(`${view.name} ${row}`, Buffer.from(pixels));
  }
  return patches;
}

const FIELDS: PatchView[] = [
  { name: 'small', sizePx: 16 },
  { name: 'odd', sizePx: 15, fieldOfViewPx: 33 },
  { name: 'tall', sizePx: 20, fieldOfViewPx: 601 },
];

describe('extractPatches', () => {
  // Windows for all fields, for the two smaller, for none: then rows are narrowed one after the other.
  it.each([
    ['tiled', undefined],
    ['stripped', 40 * WIDTH * 3],
    ['png', 0],
  ])('cuts what a patch reader cuts, wherever the spots of a %s are, window %s', async (name, largestWindowBytes) => {
    const image = images[name];
    const decoded = await decodeImage(image);
    const place = fc.tuple(
      fc.double({ min: -400, max: WIDTH + 400, noNaN: true }),
      fc.double({ min: -400, max: HEIGHT + 400, noNaN: true }),
    );
    const property = fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 6 }), async (places) => {
      const slide = slideAt(image, places);
      const patches = await extracted(slide, FIELDS, largestWindowBytes);
      expect(patches.size).toBe(places.length * FIELDS.length);
      const reader = createPatchReader(() => Promise.resolve(decoded), slide.spots);
      for (const { name: view, sizePx, fieldOfViewPx } of FIELDS) {
        for (const row of places.keys()) {
          const expected = await reader.read([row], { sizePx, fieldOfViewPx: fieldOfViewPx as number | undefined });
          expect([view, row, Buffer.compare(patches.get(`${view} ${row}`)!, expected)]).toEqual([view, row, 0]);
        }
      }
    });
    await fc.assert(property, { seed: 4, numRuns: 25 });
  });

  it('shows the whole slide in a black square', async () => {
    const image = images.tiled;
    const patches = await extracted(slideAt(image, [[5, 5]]), [{ name: 'slide', sizePx: 70, wholeSlide: true }]);
    expect([...patches.keys()]).toEqual(['slide 0']);
    const reader = createPatchReader(() => decodeImage(image), slideAt(image, [[WIDTH / 2, HEIGHT / 2]]).spots);
    const expected = await reader.read([0], { sizePx: 70, fieldOfViewPx: HEIGHT });
    expect(Buffer.compare(patches.get('slide 0')!, expected)).toBe(0);
    // A tenth of the size: the slide fills columns 30.5 to 39.5.
    const column = (x: number): number => patches.get('slide 0')![(35 * 70 + x) * 3];
    expect([column(29), column(41)]).toEqual([0, 0]);
    expect(column(35)).toBeGreaterThan(0);
  });

  it('names the spot without a position', async () => {
    await expect(extracted(slideAt(images.png, [[NaN, 3]]), [{ name: 'a', sizePx: 3 }])).rejects.toThrow(
      /section S: needed the pixel position of spot s0, found \(NaN, 3\)/,
    );
  });
});
