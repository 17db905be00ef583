import { setImmediate } from 'node:timers/promises';
import type { EncodeProgress, FrozenEncoder } from '../contracts/encoder.ts';
import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import type { FeatureView, ViewFeatures } from '../contracts/view.ts';
import type { RgbImage } from '../images/decode-image.ts';
import { PATCH_PX } from '../images/patch-reader.ts';
import { requireInside } from '../views/require-inside.ts';
import { scalePx } from '../views/view-name.ts';
import { viewSquares } from '../views/view-squares.ts';
import { allocateDyePlanes, fillDyePlanes } from './dye-planes.ts';
import type { DyePlanes } from './dye-planes.ts';
import { scenesOf } from './scenes.ts';
import type { Scene } from './scenes.ts';
import { isEmpty, squareInside, wholeOf } from './rectangle.ts';
import { WINDOW_FEATURES, windowFeatures } from './window-features.ts';

/** Sides of the windows around a square of `sizePx`: half as wide (odd ones rounded up), as wide, twice as wide. */
function windowsAround(sizePx: number): number[] {
  return [Math.ceil(sizePx / 2), sizePx, 2 * sizePx];
}

/** Fields of view, pixels of the full-resolution image. 112 is about a her2st spot; each next one has twice the side. */
export const WINDOWS_PX: readonly number[] = windowsAround(PATCH_PX);
/** Squares between two breaths of the event loop. */
const SQUARES_PER_TURN = 8;

const featureNames = WINDOWS_PX.flatMap((px) => WINDOW_FEATURES.map((name) => `${name}-${px}`));
const D = featureNames.length;

/**
 * Colour, stain and texture statistics around each spot: 24 numbers in each of three windows, 72 in all, one by one in
 * docs/handcrafted-encoder.md. Windows are centred on (floor(pixelX), floor(pixelY)) as patches are; a window that reaches
 * beyond the image is measured over the part inside, so that the outside never passes for dark tissue. Under another view each
 * of its squares is measured as the patch is: in windows of half its side, its side and twice its side.
 */
export const handcraftedEncoder: FrozenEncoder = {
  name: 'handcrafted',
  version: '1',
  featureNames,
  encode: async (image, spots, onProgress) => (await encodeView('patch', image, spots, onProgress)).values,
  encodeView,
};

/** @throws SpotbenchError `bad-data` when the image does not decode or a spot lies outside it. */
async function encodeView(
  view: FeatureView,
  image: SectionImage,
  spots: Spots,
  onProgress?: EncodeProgress,
): Promise<ViewFeatures> {
  requireInside(image, spots);
  const { rows, tokens, sidePx, centres } = viewSquares(view, spots);
  const sizePx = seenAt(view, sidePx);
  const planes = allocateDyePlanes(2 * sizePx);
  const count = rows * tokens;
  const values = new Float32Array(count * D);
  let done = 0;
  for await (const scene of scenesOf(image, centres, { sidePx, sizePx })) {
    values.set(squareFeatures(scene, planes, sizePx), scene.row * D);
    done++;
    if (done % SQUARES_PER_TURN !== 0 && done < count) continue;
    onProgress?.(done, count);
    await setImmediate();
  }
  return { rows, tokens, width: D, values };
}

/** Pixels along a side of the square as it is measured: cells and tiles as they are, what is larger than a patch at its size. */
function seenAt(view: FeatureView, sidePx: number): number {
  if (view === 'neighbourhood' || view === 'slide') return PATCH_PX;
  return scalePx(view) ?? sidePx;
}

/** All windows around one place. [72] */
function squareFeatures({ image, inside, middle }: Scene, planes: DyePlanes, sizePx: number): number[] {
  const frame = squareInside(inside, middle, middle, 2 * sizePx);
  fillDyePlanes(planes, image, frame);
  return windowsAround(sizePx).flatMap((px) => {
    const window = squareInside(inside, middle, middle, px);
    return isEmpty(window) ? BLACK : windowFeatures({ image, planes, frame }, window);
  });
}

/** What a window is measured as of which no part lies inside the image: black, as in patches. [24] */
const BLACK = blackFeatures();

function blackFeatures(): number[] {
  const image: RgbImage = { widthPx: 1, heightPx: 1, pixels: new Uint8Array(3) };
  const planes = allocateDyePlanes(1);
  const frame = wholeOf(image);
  fillDyePlanes(planes, image, frame);
  return windowFeatures({ image, planes, frame }, frame);
}
