import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { createRandom } from '../random/random.ts';
import { handcraftedEncoder } from './handcrafted-encoder.ts';

const SIDE = 600;
const D = handcraftedEncoder.featureNames.length;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-handcrafted-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function spotsAt(...places: [number, number][]): Spots {
  const x = Float32Array.from(places, (place) => place[0]);
  const y = Float32Array.from(places, (place) => place[1]);
  return { ids: places.map((_, i) => `1x${i}`), arrayX: x, arrayY: y, pixelX: x, pixelY: y };
}

async function picture(name: string, colour: (at: number) => number): Promise<SectionImage> {
  const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => colour(at));
  const path = join(folder, name);
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(path);
  return { path, widthPx: SIDE, heightPx: SIDE };
}

function noisy(seed: number): Promise<SectionImage> {
  const random = createRandom(seed, 'picture');
  return picture(`noise-${seed}.png`, () => 100 + random.integer(120));
}

function named(row: Float32Array): (name: string) => number {
  return (name) => row[handcraftedEncoder.featureNames.indexOf(name)];
}

describe('the handcrafted encoder', () => {
  it('has 72 features with different names', () => {
    expect(D).toBe(72);
    expect(new Set(handcraftedEncoder.featureNames).size).toBe(72);
  });

  it('measures a picture of one colour as that colour, in every window', async () => {
    const image = await picture('rose.png', (at) => [200, 120, 180][at % 3]);
    const value = named(await handcraftedEncoder.encode(image, spotsAt([300, 300])));
    for (const px of [112, 224, 448]) {
      expect([value(`red-mean-${px}`), value(`green-mean-${px}`), value(`blue-mean-${px}`)]).toEqual([200, 120, 180]);
      expect(value(`green-sd-${px}`)).toBe(0);
      expect(value(`eosin-fineness-${px}`)).toBe(0);
    }
  });

  it('uses the windows it says: only the largest sees a dark frame', async () => {
    const image = await picture('frame.png', (at) => {
      const x = Math.floor(at / 3) % SIDE;
      const y = Math.floor(at / 3 / SIDE);
      return Math.max(Math.abs(x - 300), Math.abs(y - 300)) > 112 ? 0 : 250;
    });
    const value = named(await handcraftedEncoder.encode(image, spotsAt([300, 300])));
    expect([value('red-mean-112'), value('red-mean-224')]).toEqual([250, 250]);
    expect(value('red-mean-448')).toBeLessThan(100);
  });

  it('does not take the outside of the image for dark tissue', async () => {
    const image = await picture('pale.png', () => 240);
    const features = await handcraftedEncoder.encode(image, spotsAt([300, 300], [0, 0], [SIDE - 1, 10]));
    expect(features.subarray(D, 2 * D)).toEqual(features.subarray(0, D));
    expect(features.subarray(2 * D)).toEqual(features.subarray(0, D));
  });

  it('gives each spot the same numbers whatever the other spots are', async () => {
    const image = await noisy(1);
    const places: [number, number][] = [
      [50, 40],
      [300.9, 310.2],
      [599, 599],
    ];
    const together = await handcraftedEncoder.encode(image, spotsAt(...places));
    const reversed = await handcraftedEncoder.encode(image, spotsAt(...places.slice().reverse()));
    for (const [i, place] of places.entries()) {
      const alone = await handcraftedEncoder.encode(image, spotsAt(place));
      expect(together.subarray(i * D, (i + 1) * D)).toEqual(alone);
      expect(reversed.subarray((2 - i) * D, (3 - i) * D)).toEqual(alone);
    }
    expect(together.every(Number.isFinite)).toBe(true);
  });

  it('centres on the floor of the pixel position', async () => {
    const features = await handcraftedEncoder.encode(await noisy(5), spotsAt([300, 310], [300.9, 310.9], [301, 311]));
    expect(features.subarray(D, 2 * D)).toEqual(features.subarray(0, D));
    expect(features.subarray(2 * D)).not.toEqual(features.subarray(0, D));
  });

  it('tells how far it is, up to the end', async () => {
    const seen: string[] = [];
    const places = Array.from({ length: 19 }, (): [number, number] => [300, 300]);
    await handcraftedEncoder.encode(await noisy(2), spotsAt(...places), (done, total) => seen.push(`${done}/${total}`));
    expect(seen).toEqual(['8/19', '16/19', '19/19']);
  });

  it('names the spot that lies outside the image', async () => {
    const image = await noisy(3);
    await expect(handcraftedEncoder.encode(image, spotsAt([5, 5], [600, 5]))).rejects.toThrow(
      /noise-3\.png: spot 1x1 must lie inside the image of 600 x 600 px, got \(600, 5\)/,
    );
    await expect(handcraftedEncoder.encode(image, spotsAt([5, NaN]))).rejects.toThrow('spot 1x0');
  });

  it('names the file that does not decode', async () => {
    const path = join(folder, 'cut.png');
    const whole = await readFile((await noisy(4)).path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const encoded = handcraftedEncoder.encode({ path, widthPx: SIDE, heightPx: SIDE }, spotsAt([5, 5]));
    await expect(encoded).rejects.toMatchObject({ tag: 'bad-data' });
    await expect(encoded).rejects.toThrow('cut.png');
  });
});

describe('docs/handcrafted-encoder.md', () => {
  it('describes every feature, in order', async () => {
    const text = await readFile(new URL('../../../../docs/handcrafted-encoder.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| (\d+) +\| `([a-z0-9-]+)` +\| (.+?) +\|$/gm)];
    expect(rows.map((row) => row[2])).toEqual(handcraftedEncoder.featureNames);
    expect(rows.map((row) => Number(row[1]))).toEqual(handcraftedEncoder.featureNames.map((_, i) => i + 1));
  });
});
