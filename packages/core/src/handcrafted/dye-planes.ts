import type { RgbImage } from '../images/decode-image.ts';
import type { Rectangle } from './rectangle.ts';
import { OPTICAL_DENSITY, UNMIX } from './stain-separation.ts';

/** Amounts of the three dyes around one spot, in optical density; the memory is used again for the next spot. */
export interface DyePlanes {
  /** Length of a row in every plane. */
  readonly stride: number;
  readonly haematoxylin: Float32Array;
  readonly eosin: Float32Array;
  readonly dab: Float32Array;
}

/** Room for surroundings up to `sidePx` wide and high. */
export function allocateDyePlanes(sidePx: number): DyePlanes {
  const plane = (): Float32Array => new Float32Array(sidePx * sidePx);
  return { stride: sidePx, haematoxylin: plane(), eosin: plane(), dab: plane() };
}

/** Separates the dyes of a rectangle of the image; its top left pixel comes first in the planes. */
export function fillDyePlanes(planes: DyePlanes, { pixels, widthPx }: RgbImage, area: Rectangle): void {
  const { stride, haematoxylin, eosin, dab } = planes;
  const [rh, re, rd, gh, ge, gd, bh, be, bd] = UNMIX;
  for (let y = area.top; y < area.bottom; y++) {
    let to = (y - area.top) * stride;
    const end = (y * widthPx + area.right) * 3;
    for (let from = (y * widthPx + area.left) * 3; from < end; from += 3, to++) {
      const r = OPTICAL_DENSITY[pixels[from]];
      const g = OPTICAL_DENSITY[pixels[from + 1]];
      const b = OPTICAL_DENSITY[pixels[from + 2]];
      haematoxylin[to] = r * rh + g * gh + b * bh;
      eosin[to] = r * re + g * ge + b * be;
      dab[to] = r * rd + g * gd + b * bd;
    }
  }
}
