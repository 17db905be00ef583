import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SectionImage } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';

/** Sections have been scanned at up to 50,000 px a side; the library's own limit of 16,384 px squared is too low. */
export const MOST_PIXELS = 2.5e9;

/**
 * Opens an image for its size, without decoding the pixels. The path is made absolute. Rotation notes in the file (EXIF) are
 * ignored: spot positions refer to the pixels as stored. A folder is an image of a SpatialData store (`openZarrImage`).
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not an image.
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
    // Loaded when an image is looked at: commands that look at none start 90 ms sooner.
    const { default: sharp } = await import('sharp');
    const { width, height } = await sharp(path, { limitInputPixels: MOST_PIXELS }).metadata();
    return { path: resolve(path), widthPx: width, heightPx: height };
  } catch (cause) {
    throw undecodable(path, 'needed an image', cause);
  }
}

/** The error for an image that cannot be read. */
export function undecodable(path: string, what: string, cause: unknown): SpotbenchError {
  const why = cause instanceof Error ? cause.message.split('\n')[0] : 'unreadable';
  return new SpotbenchError(
    'bad-data',
    `${path}: ${what}, but it does not decode (${why}); the file is damaged or not an image: fetch it again`,
    { cause },
  );
}
