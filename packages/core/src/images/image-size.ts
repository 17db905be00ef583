import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import type { SectionImage } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';

/** Slides have up to 75,000 px a side, of which rectangles are read; the library's own limit of 16,384 px squared is too low. */
export const MOST_PIXELS = 1e10;

/**
 * Opens an image file with libvips, pixels as stored: a colour profile in the file is ignored, as Pillow, tifffile and so the
 * methods' authors do, and as rows read from the bytes of a tiff know none.
 */
export async function openWithLibvips(path: string, options: SharpOptions = {}): Promise<Sharp> {
  // Loaded when an image is looked at: commands that look at none start 90 ms sooner.
  const { default: sharp } = await import('sharp');
  return sharp(path, { limitInputPixels: MOST_PIXELS, failOn: 'warning', ignoreIcc: true, ...options });
}

/**
 * Opens an image for its size, without decoding the pixels. The path is made absolute. Rotation notes in the file (EXIF) are
 * ignored: spot positions refer to the pixels as stored. A folder is an image of a SpatialData store (`openZarrImage`).
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not an image, `unsupported` when its pixels
 * are not grey or RGB of 8 or 16 bit, or its channels are pages of their own.
 */
export async function readImageSize(path: string): Promise<SectionImage> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${path}: no such image; check the data folder or fetch the data set`, {
      cause,
    });
  });
  if (found.isDirectory()) {
    const { openZarrImage } = await import('./zarr-image.ts');
    const { widthPx, heightPx } = await openZarrImage(path);
    return { path: resolve(path), widthPx, heightPx };
  }
  try {
    const metadata = await (await openWithLibvips(path)).metadata();
    await checkPixels(path, metadata);
    return { path: resolve(path), widthPx: metadata.width, heightPx: metadata.height };
  } catch (cause) {
    if (cause instanceof SpotbenchError) throw cause;
    throw undecodable(path, 'needed an image', cause);
  }
}

/** Other pixels would be clipped to 8 bit, and of channels that are pages only the first would be seen. */
async function checkPixels(
  path: string,
  { space, depth, channels, pages = 1, width, height }: Metadata,
): Promise<void> {
  const unsupported = (found: string): SpotbenchError =>
    new SpotbenchError(
      'unsupported',
      `${path}: needed grey or RGB pixels of 8 or 16 bit, found ${found}; save it again as 8-bit RGB`,
    );
  if (!['srgb', 'b-w', 'rgb16', 'grey16'].includes(space) || !['uchar', 'ushort'].includes(depth))
    throw unsupported(`${space} of type ${depth}`);
  if (channels !== 1 || pages === 1) return;
  const second = await (await openWithLibvips(path, { page: 1 })).metadata();
  if (second.width === width && second.height === height) throw unsupported(`${pages} grey pages of one size`);
}

/** The error for an image that cannot be read: `unsupported` where libvips knows the format and was built without it. */
export function undecodable(path: string, what: string, cause: unknown): SpotbenchError {
  const why = cause instanceof Error ? cause.message.split('\n')[0] : 'unreadable';
  const unknown = /not (implemented|supported|configured)/.test(why);
  const remedy = unknown
    ? 'save it again as a tiff with JPEG, LZW or deflate'
    : 'the file is damaged or no tiff, png or jpg: fetch it again';
  return new SpotbenchError(
    unknown ? 'unsupported' : 'bad-data',
    `${path}: ${what}, but it does not decode (${why}); ${remedy}`,
    { cause },
  );
}
