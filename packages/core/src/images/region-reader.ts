import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SectionImage } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { decodeImage, isFolder } from './decode-image.ts';
import { openWithLibvips, undecodable } from './image-size.ts';
import { openStrips } from './strip-regions.ts';
import { openZarrImage } from './zarr-image.ts';

/** Rectangles of an image that need not be in memory as a whole. */
export interface RegionReader {
  /** The rectangle, which must lie inside the image, as 8-bit RGB, row-major. [height, width, 3] */
  read(region: Region): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** In pixels of the full-resolution image. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Decoded bytes of an image that is kept in memory as a whole; a her2st section has 276 MB. */
const LARGEST_WHOLE = 2 ** 29;

/**
 * Opens an image for reading rectangles. Of a tiff only the tiles or strips that a rectangle touches are decoded: tiled ones
 * (JPEG, LZW, deflate, pyramidal, BigTIFF) by libvips, strips without loss by the pieces they are stored in; of a zarr folder
 * the chunks. What cannot be entered in the middle (png, jpg, tiffs of other strips) is decoded once, 3 bytes a pixel: in memory,
 * or, where that is more than `largestWholeBytes` (512 MB), into a file in the folder for temporary files. Grey and 16-bit images
 * become 8-bit RGB, an alpha channel is dropped.
 * @throws SpotbenchError `missing-data` when there is no such file, or no room for temporary files; `bad-data` when it does not
 * decode.
 */
export async function openRegions(
  image: SectionImage,
  { largestWholeBytes = LARGEST_WHOLE } = {},
): Promise<RegionReader> {
  if (await isFolder(image.path)) return openZarrImage(image.path);
  const strips = (await isTiff(image)) ? await openStrips(image) : undefined;
  if (typeof strips === 'object') return strips;
  if (strips === 'tiles') return libvipsRegions(image);
  return image.widthPx * image.heightPx * 3 > largestWholeBytes ? unpacked(image) : wholeImage(image);
}

async function isTiff({ path }: SectionImage): Promise<boolean> {
  const file = await open(path).catch((cause: unknown) => {
    throw undecodable(path, 'needed an image', cause);
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    // Byte order, then 42 for TIFF or 43 for BigTIFF.
    return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(buffer.toString('latin1'));
  } finally {
    await file.close();
  }
}

function libvipsRegions({ path }: SectionImage): RegionReader {
  return {
    async read(region) {
      try {
        const image = await openWithLibvips(path);
        const pixels = await image
          .extract(region)
          .toColourspace('srgb')
          .removeAlpha()
          .raw({ depth: 'uchar' })
          .toBuffer();
        return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
      } catch (cause) {
        const { left, top, width, height } = region;
        throw undecodable(path, `needed ${width} x ${height} pixels at (${left}, ${top})`, cause);
      }
    },
    close: () => Promise.resolve(),
  };
}

function wholeImage(image: SectionImage): RegionReader {
  const decoded = decodeImage(image);
  // Whoever reads hears of it; without a reader it must not end the process.
  decoded.catch(() => undefined);
  return {
    async read({ left, top, width, height }) {
      const { pixels, widthPx } = await decoded;
      const out = new Uint8Array(width * height * 3);
      for (let y = 0; y < height; y++) {
        const from = ((top + y) * widthPx + left) * 3;
        out.set(pixels.subarray(from, from + width * 3), y * width * 3);
      }
      return out;
    },
    close: () => Promise.resolve(),
  };
}

/** Decodes an image into a file from which rows can be read; the system deletes it when it is closed, or this process ends. */
async function unpacked(image: SectionImage): Promise<RegionReader> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-image-')).catch((cause: unknown) => {
    throw unwritable(image, cause);
  });
  const path = join(folder, 'unpacked.tif');
  try {
    const packed = await openWithLibvips(image.path, { sequentialRead: true });
    await packed.toColourspace('srgb').removeAlpha().tiff({ compression: 'none', bigtiff: true }).toFile(path);
    return (await openStrips({ ...image, path })) as RegionReader;
  } catch (cause) {
    // Of what it cannot write libvips names the file.
    const isOurs = cause instanceof Error && cause.message.includes(path);
    throw isOurs ? unwritable(image, cause) : undecodable(image.path, 'needed its pixels', cause);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function unwritable({ path, widthPx, heightPx }: SectionImage, cause: unknown): SpotbenchError {
  const why = cause instanceof Error ? cause.message.split('\n').slice(0, 2).join(', ') : 'no reason given';
  return new SpotbenchError(
    'missing-data',
    `${path}: needed ${((widthPx * heightPx * 3) / 1e9).toFixed(1)} GB for its pixels in ${tmpdir()}, which could not be written ` +
      `(${why}); make room, or set TMPDIR to a folder on another disk`,
    { cause },
  );
}
