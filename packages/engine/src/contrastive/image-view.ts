import { spotPitchPx, type ImageView, type Slide } from '@spotbench/core';

/** Spots across the tissue that `neighbourhood` shows. */
const NEIGHBOURHOOD_SPOTS = 3;

/**
 * Pixels of some spots of a slide under a view, resized to `sizePx`; black beyond the image's edge. [B, S, S, 3]
 * `patch` is the crop of `sizePx` pixels around a spot, `neighbourhood` 3 x 3 spots' worth of tissue around it, and `slide` the
 * square around all spots, the same for each.
 */
export async function readViewPixels(
  slide: Slide,
  view: ImageView,
  spots: ArrayLike<number>,
  sizePx: number,
): Promise<Uint8Array> {
  switch (view) {
    case 'patch':
      return slide.patches.read(spots, { sizePx });
    case 'neighbourhood': {
      const fieldOfViewPx = Math.round(NEIGHBOURHOOD_SPOTS * spotPitchPx(slide.spots));
      return slide.patches.read(spots, { sizePx, fieldOfViewPx });
    }
    case 'slide':
      return repeated(await slidePixels(slide, sizePx), spots.length);
  }
}

/** The square that holds every spot, one patch wider on each side, around the spot nearest to its centre. */
function slidePixels({ spots: { ids, pixelX, pixelY }, patches }: Slide, sizePx: number): Promise<Uint8Array> {
  const [minX, maxX, minY, maxY] = [Math.min(...pixelX), Math.max(...pixelX), Math.min(...pixelY), Math.max(...pixelY)];
  const distance = (i: number) => Math.hypot(pixelX[i] - (minX + maxX) / 2, pixelY[i] - (minY + maxY) / 2);
  const centre = ids.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
  const reach = Math.max(maxX - pixelX[centre], pixelX[centre] - minX, maxY - pixelY[centre], pixelY[centre] - minY);
  return patches.read([centre], { sizePx, fieldOfViewPx: Math.ceil(2 * reach) + sizePx });
}

function repeated(pixels: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(pixels.length * times);
  for (let i = 0; i < times; i++) all.set(pixels, i * pixels.length);
  return all;
}
