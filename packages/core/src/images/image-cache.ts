import type { SectionImage } from '../contracts/section.ts';
import { decodeImage, type RgbImage } from './decode-image.ts';

/** Hands out decoded images, keeping only the one asked for last. */
export interface ImageCache {
  /** The decoded image; decodes unless it is the one that was asked for last. */
  get(image: SectionImage): Promise<RgbImage>;
  /** Forgets the image it keeps. */
  clear(): void;
}

/**
 * A cache of one image: sections are decoded one at a time, and the last is let go before the next is decoded, so that
 * memory does not grow with the number of sections. Until the garbage collector has run, the last may still be there: plan
 * for two images (her2st: 2 x 276 MB). Reading section by section decodes each once.
 */
export function createImageCache(decode: (image: SectionImage) => Promise<RgbImage> = decodeImage): ImageCache {
  let kept: { path: string; image: Promise<RgbImage> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    get(image) {
      if (kept?.path === image.path) return kept.image;
      const decoded = last.then(() => decode(image));
      const mine = { path: image.path, image: decoded };
      kept = mine;
      last = decoded.catch(() => {
        // A failed decode is not kept: the next request tries again.
        if (kept === mine) kept = undefined;
      });
      return decoded;
    },
    clear() {
      kept = undefined;
    },
  };
}
