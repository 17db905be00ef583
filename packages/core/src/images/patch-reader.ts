import type { PatchReader } from '../contracts/slide.ts';
import type { Spots } from '../contracts/spots.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { cropInto } from './crop.ts';
import type { RgbImage } from './decode-image.ts';
import { resizeSquare } from './resize.ts';

/** Side of a patch where nothing else is asked for: the published methods cut 224 px (radius 112). */
export const PATCH_PX = 224;

/**
 * Patches of a section's image around its spots, centred on (floor(pixelX), floor(pixelY)) as the methods' authors do,
 * black beyond the edge. `image` is called at the first read and every later one, so that an image cache decides how long
 * the decoded pixels stay in memory.
 */
export function createPatchReader(image: () => Promise<RgbImage>, spots: Spots): PatchReader {
  return {
    async read(rows, { sizePx = PATCH_PX, fieldOfViewPx = sizePx } = {}) {
      checkSize(sizePx, 'sizePx');
      checkSize(fieldOfViewPx, 'fieldOfViewPx');
      const decoded = await image();
      const patchBytes = sizePx * sizePx * 3;
      const out = new Uint8Array(rows.length * patchBytes);
      const crop = new Uint8Array(fieldOfViewPx * fieldOfViewPx * 3);
      for (let b = 0; b < rows.length; b++) {
        const [x, y] = centreOf(spots, rows[b]);
        cropInto(crop, decoded, x, y, fieldOfViewPx);
        out.set(resizeSquare(crop, fieldOfViewPx, sizePx), b * patchBytes);
      }
      return out;
    },
  };
}

function centreOf(spots: Spots, row: number): [number, number] {
  if (!(row in spots.ids)) throw new RangeError(`patches: spot row must be in 0..${spots.ids.length - 1}, got ${row}`);
  return [Math.floor(spots.pixelX[row]), Math.floor(spots.pixelY[row])];
}

function checkSize(px: number, name: string): void {
  if (!Number.isInteger(px) || px < 1)
    throw new SpotbenchError(
      'bad-config',
      `patches: ${name} must be a whole number of pixels of at least 1, got ${px}`,
    );
}
