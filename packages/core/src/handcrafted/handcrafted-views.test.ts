import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import type { FeatureView } from '../contracts/view.ts';
import { cropInto } from '../images/crop.ts';
import type { RgbImage } from '../images/decode-image.ts';
import { resizeSquare } from '../images/resize.ts';
import { createRandom } from '../random/random.ts';
import { viewSquares } from '../views/view-squares.ts';
import { handcraftedEncoder } from './handcrafted-encoder.ts';
import { WINDOW_FEATURES } from './window-features.ts';

const SIDE = 700;
const D = handcraftedEncoder.featureNames.length;
const W = WINDOW_FEATURES.length;
const random = createRandom(3, 'handcrafted-views');
const noise = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => 60 + (at % 97) + random.integer(90));
const whole: RgbImage = { widthPx: SIDE, heightPx: SIDE, pixels: noise };
let folder: string;
let image: SectionImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-handcrafted-views-'));
  image = await picture('noise.png', noise, SIDE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function picture(name: string, pixels: Uint8Array, side: number): Promise<SectionImage> {
  const path = join(folder, name);
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(path);
  return { path, widthPx: side, heightPx: side };
}

function spotsAt(...places: [number, number][]): Spots {
  const [x, y] = [Float32Array.from(places, (p) => p[0]), Float32Array.from(places, (p) => p[1])];
  return { ids: places.map((_, i) => `s${i}`), arrayX: x, arrayY: y, pixelX: x, pixelY: y };
}

function cropOf(x: number, y: number, sidePx: number): Uint8Array {
  const crop = new Uint8Array(sidePx * sidePx * 3);
  cropInto(crop, whole, x, y, sidePx);
  return crop;
}

const views: readonly FeatureView[] = ['patch', 'tiles', 'tokens', 'neighbourhood', 'slide', 'scale-100', 'scale-672'];

describe('views of the handcrafted encoder', () => {
  it('have the shape they say, finite numbers, also where squares lie wholly outside the image', async () => {
    const spots = spotsAt([0, 0], [350, 350], [699, 640]);
    for (const view of views) {
      const { rows, tokens, width, values } = await handcraftedEncoder.encodeView(view, image, spots);
      const expected = { tiles: [3, 9], tokens: [3, 49], slide: [1, 16] }[view as string] ?? [3, 1];
      expect([rows, tokens, width, values.length], view).toEqual([...expected, D, expected[0] * expected[1] * D]);
      expect(values.every(Number.isFinite), view).toBe(true);
    }
  });

  it('are the patch where nothing is resized', async () => {
    const spots = spotsAt([200, 300], [20, 690]);
    const patch = await handcraftedEncoder.encode(image, spots);
    expect((await handcraftedEncoder.encodeView('patch', image, spots)).values).toEqual(patch);
    expect((await handcraftedEncoder.encodeView('scale-224', image, spots)).values).toEqual(patch);
  });

  it('measure a tile as that tile cut out by hand', async () => {
    const { values } = await handcraftedEncoder.encodeView('tiles', image, spotsAt([350, 360]));
    for (let t = 0; t < 9; t++) {
      const [x, y] = [350 - 111 + 74 * (t % 3) + 37, 360 - 111 + 74 * Math.floor(t / 3) + 37];
      const alone = await picture(`tile-${t}.png`, cropOf(x, y, 74), 74);
      const features = await handcraftedEncoder.encode(alone, spotsAt([37, 37]));
      // Every window of the small picture is all of it: the middle third is the window as wide as the tile.
      expect(values.subarray(t * D + W, t * D + 2 * W)).toEqual(features.subarray(W, 2 * W));
    }
  });

  it('look at half a cell, the cell, and as much again around it', async () => {
    const cell = (x: number, y: number): number => (Math.floor((x - 28) / 32) + 7 * Math.floor((y - 28) / 32)) * 4;
    const pixels = Uint8Array.from({ length: 280 * 280 * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % 280, Math.floor(at / 3 / 280)];
      return x >= 28 && y >= 28 && x < 252 && y < 252 ? cell(x, y) : 255;
    });
    const cells = await picture('cells.png', pixels, 280);
    const { values } = await handcraftedEncoder.encodeView('tokens', cells, spotsAt([140, 140]));
    const red = (t: number, window: string): number =>
      values[t * D + handcraftedEncoder.featureNames.indexOf(`red-mean-${window}`)];
    for (let t = 0; t < 49; t++) expect([red(t, '112'), red(t, '224')]).toEqual([4 * t, 4 * t]);
    expect(red(24, '448')).toBe(4 * 24); // its neighbours differ from it by as much on either side
    expect(red(0, '448')).toBeGreaterThan(50); // half of what surrounds the corner is white
  });

  it.each([
    ['neighbourhood', 0, 150],
    ['slide', 5, undefined],
  ] as const)('measure %s as the resized crop', async (view, square, side) => {
    const spots = spotsAt([300, 310], [350, 310], [400, 310], [300, 420]);
    const { sidePx, centres } = viewSquares(view, spots);
    if (side !== undefined) expect(sidePx).toBe(side);
    const crop = cropOf(centres.pixelX[square], centres.pixelY[square], 2 * sidePx);
    const resized = await picture(`${view}.png`, resizeSquare(crop, 2 * sidePx, 448), 448);
    const { values } = await handcraftedEncoder.encodeView(view, image, spots);
    expect(values.subarray(square * D, (square + 1) * D)).toEqual(
      await handcraftedEncoder.encode(resized, spotsAt([224, 224])),
    );
  });

  it('do not take the outside of the image for dark tissue where they resize', async () => {
    const pale = await picture('pale.png', new Uint8Array(SIDE * SIDE * 3).fill(240), SIDE);
    const spots = spotsAt([350, 350], [0, 0], [699, 12], [640, 699]);
    for (const view of ['scale-100', 'scale-672'] as const) {
      const { values } = await handcraftedEncoder.encodeView(view, pale, spots);
      for (let i = 1; i < 4; i++)
        expect(values.subarray(i * D, (i + 1) * D), `${view} ${i}`).toEqual(values.subarray(0, D));
    }
  });

  it('measure what lies wholly outside as black', async () => {
    const { values } = await handcraftedEncoder.encodeView('tiles', image, spotsAt([0, 0]));
    const dark = await picture('dark.png', new Uint8Array(SIDE * SIDE * 3), SIDE);
    const black = await handcraftedEncoder.encode(dark, spotsAt([350, 350]));
    expect(values.subarray(0, D)).toEqual(black);
    expect(values.subarray(8 * D, 9 * D)).not.toEqual(black);
  });
});
