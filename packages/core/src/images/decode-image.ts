import { stat } from 'node:fs/promises';
import type { OutputInfo } from 'sharp';
import type { SectionImage } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { openWithLibvips, undecodable } from './image-size.ts';
import { openZarrImage } from './zarr-image.ts';

/** An image in memory: 8-bit sRGB, row-major. [heightPx, widthPx, 3] */
export interface RgbImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixels: Uint8Array;
}

/** More, one buffer of Node does not hold, and the image library crashes the process. */
const MOST_BYTES = 2 ** 32 - 1;

/**
 * Decodes an image completely: 3 bytes a pixel, so about 280 MB for a her2st section. Grey and 16-bit images become 8-bit
 * RGB, an alpha channel is dropped.
 * @throws SpotbenchError `bad-data` when the file does not decode to its end, or not to the size it was announced with,
 * `unsupported` when it takes more than 4 GB.
 */
export async function decodeImage(image: SectionImage): Promise<RgbImage> {
  const bytes = image.widthPx * image.heightPx * 3;
  if (bytes > MOST_BYTES)
    throw new SpotbenchError(
      'unsupported',
      `${image.path}: ${image.widthPx} x ${image.heightPx} pixels take ${(bytes / 1e9).toFixed(1)} GB in memory, at most 4.2 can be held; ` +
        `save the image at a lower resolution and scale the positions with it`,
    );
  const { data, info } = (await isFolder(image.path)) ? await decodeZarr(image.path) : await decode(image.path);
  if (info.width !== image.widthPx || info.height !== image.heightPx || info.channels !== 3)
    throw new SpotbenchError(
      'bad-data',
      `${image.path}: needed ${image.widthPx} x ${image.heightPx} x 3, decoded ${info.width} x ${info.height} x ${info.channels}; ` +
        `the file changed since it was read: run again`,
    );
  return {
    widthPx: info.width,
    heightPx: info.height,
    pixels: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

interface Decoded {
  readonly data: Uint8Array;
  readonly info: Pick<OutputInfo, 'width' | 'height' | 'channels'>;
}

/** Whether it is an image of a zarr folder; what is not there is for the decoder to say. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function decodeZarr(path: string): Promise<Decoded> {
  const image = await openZarrImage(path);
  const { widthPx: width, heightPx: height } = image;
  return { data: await image.read({ left: 0, top: 0, width, height }), info: { width, height, channels: 3 } };
}

async function decode(path: string): Promise<Decoded> {
  try {
    const image = await openWithLibvips(path, { sequentialRead: true });
    return await image
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw undecodable(path, 'needed the pixels of an image', cause);
  }
}
