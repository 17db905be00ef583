import type { RgbImage } from './decode-image.ts';

/**
 * Copies the square of `sizePx` pixels whose pixel (floor(sizePx / 2), floor(sizePx / 2)) is (centreX, centreY) into `out`;
 * what lies beyond the edge of the image is black. For 224: columns centreX - 112 .. centreX + 111. [sizePx, sizePx, 3]
 */
export function cropInto(out: Uint8Array, image: RgbImage, centreX: number, centreY: number, sizePx: number): void {
  const left = centreX - Math.floor(sizePx / 2);
  const top = centreY - Math.floor(sizePx / 2);
  const from = Math.max(0, left);
  const to = Math.min(image.widthPx, left + sizePx);
  out.fill(0, 0, sizePx * sizePx * 3);
  if (from >= to) return;
  for (let y = Math.max(0, top); y < Math.min(image.heightPx, top + sizePx); y++) {
    const row = image.pixels.subarray((y * image.widthPx + from) * 3, (y * image.widthPx + to) * 3);
    out.set(row, ((y - top) * sizePx + from - left) * 3);
  }
}
