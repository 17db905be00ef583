import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Sharp } from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { areSmall } from './compressed-strips.ts';
import { decodeImage } from './decode-image.ts';
import { readImageSize } from './image-size.ts';
import { openRegions } from './region-reader.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/readers/tiff/${name}`, import.meta.url));
/** Written by scripts/golden_readers.py with tifffile: sum of the pixels of each region, plain and weighted by place. */
const golden = JSON.parse(readFileSync(fixture('images.json'), 'utf8')) as {
  width: number;
  height: number;
  regions: [number, number, number, number][];
  images: Record<string, [number, number][]>;
};
const NAMES = Object.keys(golden.images);

function sums(pixels: Uint8Array): [number, number] {
  return [
    pixels.reduce((sum, value) => sum + value, 0),
    pixels.reduce((sum, value, i) => sum + value * (1 + (i % 7)), 0),
  ];
}

describe('openRegions', () => {
  it.each(NAMES)('reads size and regions of %s.tif as tifffile does', async (name) => {
    const image = await readImageSize(fixture(`${name}.tif`));
    expect([image.widthPx, image.heightPx]).toEqual([golden.width, golden.height]);
    const regions = await openRegions(image);
    for (const [k, [left, top, width, height]] of golden.regions.entries()) {
      const pixels = await regions.read({ left, top, width, height });
      expect(pixels).toHaveLength(width * height * 3);
      expect([name, k, sums(pixels)]).toEqual([name, k, golden.images[name][k]]);
    }
    await regions.close();
  });

  it.each(NAMES)('decodes %s.tif whole to the same pixels', async (name) => {
    const { pixels } = await decodeImage(await readImageSize(fixture(`${name}.tif`)));
    expect(sums(pixels)).toEqual(golden.images[name][0]);
  });

  it('reads regions of other formats too', async () => {
    const png = join(await mkdtemp(join(tmpdir(), 'spotbench-regions-')), 'a.png');
    const { default: sharp } = await import('sharp');
    await sharp(fixture('tiled.tif')).png().toFile(png);
    const regions = await openRegions(await readImageSize(png));
    const [left, top, width, height] = golden.regions[1];
    expect(sums(await regions.read({ left, top, width, height }))).toEqual(golden.images.tiled[1]);
  });

  it.each(['stripped-jpeg', 'planar', 'sixteen-bit', 'png'])(
    'reads a large image that cannot be entered, %s, from a file of its pixels, and leaves none behind',
    async (name) => {
      const folder = await mkdtemp(join(tmpdir(), 'spotbench-regions-'));
      vi.stubEnv('TMPDIR', folder);
      const png = join(folder, 'a.png');
      const { default: sharp } = await import('sharp');
      await sharp(fixture('tiled.tif')).png().toFile(png);
      const image = await readImageSize(name === 'png' ? png : fixture(`${name}.tif`));
      const written = vi.spyOn(sharp.prototype as Sharp, 'toFile');
      const regions = await openRegions(image, { largestWholeBytes: golden.width * golden.height * 3 - 1 });
      expect(written).toHaveBeenCalledOnce();
      for (const [k, [left, top, width, height]] of golden.regions.entries())
        expect(sums(await regions.read({ left, top, width, height }))).toEqual(
          golden.images[name === 'png' ? 'tiled' : name][k],
        );
      expect(await readdir(folder)).toEqual(['a.png']);
      await regions.close();
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    },
  );

  it('says where room is needed when that file cannot be written, and that the image is not to blame', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spotbench-regions-'));
    const image = await readImageSize(fixture('stripped-jpeg.tif'));
    const { default: sharp } = await import('sharp');
    const toFile = vi.spyOn(sharp.prototype as Sharp, 'toFile');
    // As libvips says it.
    toFile.mockImplementation((path) =>
      Promise.reject(new Error(`${path}: write error\nsystem error: No space left on device\nvips2tiff: ...`)),
    );
    vi.stubEnv('TMPDIR', folder);
    const full = openRegions({ ...image, widthPx: 40_000, heightPx: 10_000 });
    await expect(full).rejects.toMatchObject({
      tag: 'missing-data',
      message: expect.stringMatching(
        /needed 1\.2 GB for its pixels in .*, which could not be written \(.*No space left on device\); make room, or set TMPDIR/,
      ) as string,
    });
    expect(await readdir(folder)).toEqual([]);
    vi.stubEnv('TMPDIR', join(folder, 'none'));
    await expect(openRegions(image, { largestWholeBytes: 0 })).rejects.toThrow(/could not be written \(ENOENT.*TMPDIR/);
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it('takes compressed strips apart one by one unless they are too large for memory', () => {
    const strips = {
      widthPx: 2 ** 14,
      heightPx: 9999,
      rows: 2 ** 13,
      samples: 2,
      offsets: [8, 9],
      byteCounts: [1, 2 ** 28],
    };
    const table = { ...strips, compression: 8, predictor: 1 };
    expect(areSmall(table)).toBe(true);
    expect(areSmall({ ...table, samples: 3 })).toBe(false);
    expect(areSmall({ ...table, byteCounts: [1, 2 ** 28 + 1] })).toBe(false);
  });

  it('refuses a tiff with a strip that was not written, of which place and size are 0', async () => {
    const bytes = await readFile(fixture('stripped.tif'));
    bytes.writeUInt32LE(0, bytes.indexOf(Buffer.from(Uint32Array.of(9872).buffer)));
    bytes.writeUInt16LE(0, bytes.indexOf(Buffer.from(Uint16Array.of(1920, 1920, 1920).buffer)) + 5 * 2);
    const path = join(await mkdtemp(join(tmpdir(), 'spotbench-regions-')), 'unfinished.tif');
    await writeFile(path, bytes);
    const image = await readImageSize(path);
    await expect(openRegions(image)).rejects.toThrow(
      `${path}: strip 5 holds 0 bytes, fewer than its rows have; the file was not written to its end: fetch it again`,
    );
    await expect(decodeImage(image)).rejects.toMatchObject({ tag: 'bad-data' });
  });

  it('divides colours by the alpha they are stored multiplied by, in strips as in the whole image', async () => {
    const bytes = await readFile(fixture('rgba-stripped.tif'));
    // The entry of ExtraSamples: tag 338, a short, one of them; 2 is alpha apart from the colours, 1 in them.
    bytes.writeUInt16LE(1, bytes.indexOf(Buffer.from('5201030001000000', 'hex')) + 8);
    // Alpha of the last pixel.
    bytes[bytes.length - 1] = 128;
    const path = join(await mkdtemp(join(tmpdir(), 'spotbench-regions-')), 'associated.tif');
    await writeFile(path, bytes);
    const image = await readImageSize(path);
    const regions = await openRegions(image);
    const pixels = await regions.read({ left: 0, top: 0, width: golden.width, height: golden.height });
    await regions.close();
    expect(pixels).toEqual((await decodeImage(image)).pixels);
  });

  it('says what to do about a compression that is known and not read', async () => {
    const bytes = await readFile(fixture('stripped-lzw.tif'));
    // The entry of Compression: tag 259, a short, one of them; 5 is LZW, 34925 LZMA.
    const entry = bytes.indexOf(Buffer.from('0301030001000000', 'hex'));
    bytes.writeUInt16LE(34925, entry + 8);
    const path = join(await mkdtemp(join(tmpdir(), 'spotbench-regions-')), 'lzma.tif');
    await writeFile(path, bytes);
    await expect(decodeImage(await readImageSize(path))).rejects.toMatchObject({
      tag: 'unsupported',
      message: expect.stringMatching(/LZMA.*; save it again as a tiff with JPEG, LZW or deflate$/) as string,
    });
  });

  it.each(['stripped', 'stripped-lzw', 'tiled-jpeg', 'bigtiff'])(
    'reads or refuses whatever became of %s.tif',
    async (name) => {
      const good = await readFile(fixture(`${name}.tif`));
      const path = join(await mkdtemp(join(tmpdir(), 'spotbench-regions-')), 'mutated.tif');
      const read = async (bytes: Buffer): Promise<Uint8Array | undefined> => {
        await writeFile(path, bytes);
        try {
          const regions = await openRegions({ path, widthPx: golden.width, heightPx: golden.height });
          try {
            return await regions.read({ left: 10, top: 30, width: 40, height: 20 });
          } finally {
            await regions.close();
          }
        } catch (error) {
          if (isSpotbenchError(error, 'bad-data', 'unsupported')) return undefined;
          throw error;
        }
      };
      expect(await read(good.subarray(0, good.length >> 1))).toBeUndefined();
      const property = fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        const pixels = await read(bytes);
        expect([undefined, 40 * 20 * 3]).toContain(pixels?.length);
      });
      await fc.assert(property, { seed: 10, numRuns: 40 });
    },
  );
});
