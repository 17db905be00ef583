import { setImmediate } from 'node:timers/promises';
import type { FrozenEncoder } from '../contracts/encoder.ts';
import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { decodeImage } from '../images/decode-image.ts';
import type { RgbImage } from '../images/decode-image.ts';
import { allocateDyePlanes, fillDyePlanes } from './dye-planes.ts';
import type { DyePlanes } from './dye-planes.ts';
import { squareInside } from './rectangle.ts';
import { WINDOW_FEATURES, windowFeatures } from './window-features.ts';

/** Fields of view, pixels of the full-resolution image. 112 is about a her2st spot; each next one has twice the side. */
export const WINDOWS_PX = [112, 224, 448] as const;
const LARGEST_PX = 448;
/** Spots between two breaths of the event loop. */
const SPOTS_PER_TURN = 8;

const featureNames = WINDOWS_PX.flatMap((px) => WINDOW_FEATURES.map((name) => `${name}-${px}`));

/**
 * Colour, stain and texture statistics around each spot: 24 numbers in each of three windows, 72 in all, one by one in
 * docs/handcrafted-encoder.md. Windows are centred on (floor(pixelX), floor(pixelY)) as patches are; a window that reaches
 * beyond the image is measured over the part inside, so that the outside never passes for dark tissue.
 */
export const handcraftedEncoder: FrozenEncoder = {
  name: 'handcrafted',
  version: '1',
  featureNames,
  encode: encodeSection,
};

/** @throws SpotbenchError `bad-data` when the image does not decode or a spot lies outside it. */
async function encodeSection(
  image: SectionImage,
  spots: Spots,
  onProgress?: (done: number, total: number) => void,
): Promise<Float32Array> {
  requireInside(image, spots);
  const decoded = await decodeImage(image);
  const planes = allocateDyePlanes(LARGEST_PX);
  const count = spots.ids.length;
  const out = new Float32Array(count * featureNames.length);
  for (let i = 0; i < count; i++) {
    const values = spotFeatures(decoded, planes, Math.floor(spots.pixelX[i]), Math.floor(spots.pixelY[i]));
    out.set(values, i * featureNames.length);
    if ((i + 1) % SPOTS_PER_TURN !== 0 && i + 1 < count) continue;
    onProgress?.(i + 1, count);
    await setImmediate();
  }
  return out;
}

function requireInside({ path, widthPx, heightPx }: SectionImage, { ids, pixelX, pixelY }: Spots): void {
  for (const [i, id] of ids.entries()) {
    const inside = pixelX[i] >= 0 && pixelX[i] < widthPx && pixelY[i] >= 0 && pixelY[i] < heightPx;
    if (!inside)
      throw new SpotbenchError(
        'bad-data',
        `${path}: spot ${id} must lie inside the image of ${widthPx} x ${heightPx} px, got (${pixelX[i]}, ${pixelY[i]}); ` +
          `do the spot and image files belong to one section?`,
      );
  }
}

/** All windows around one pixel. [72] */
function spotFeatures(image: RgbImage, planes: DyePlanes, x: number, y: number): number[] {
  const frame = squareInside(image, x, y, LARGEST_PX);
  fillDyePlanes(planes, image, frame);
  return WINDOWS_PX.flatMap((px) => windowFeatures({ image, planes, frame }, squareInside(image, x, y, px)));
}
