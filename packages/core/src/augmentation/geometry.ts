import type { PatchFunction } from './operation.ts';

/** Left and right change places. */
export const horizontalFlip: PatchFunction = (source, target, sizePx) =>
  rearrange(source, target, { start: sizePx - 1, right: -1, down: sizePx }, sizePx);

/** Top and bottom change places. */
export const verticalFlip: PatchFunction = (source, target, sizePx) =>
  rearrange(source, target, { start: (sizePx - 1) * sizePx, right: 1, down: -sizePx }, sizePx);

/**
 * Rotates counter-clockwise about the centre by `angle` degrees: nearest neighbour, black where the source has no pixel, as
 * Pillow's `Image.rotate` (16-bit fixed-point steps; multiples of 90 degrees only rearrange pixels). Exact for patches
 * below 16,000 px, where fixed point still holds.
 */
export const rotation =
  (angle: number): PatchFunction =>
  (source, target, sizePx) => {
    const turned = ((angle % 360) + 360) % 360;
    const quarter = rightAngle(turned, sizePx);
    if (quarter !== undefined) rearrange(source, target, quarter, sizePx);
    else rotateFreely(source, target, turned, sizePx);
  };

/** Which source pixel is the first of the target, and how far on in the source one step right or down in the target is. */
interface Rearrangement {
  readonly start: number;
  readonly right: number;
  readonly down: number;
}

function rightAngle(degrees: number, sizePx: number): Rearrangement | undefined {
  const last = sizePx - 1;
  if (degrees === 0) return { start: 0, right: 1, down: sizePx };
  if (degrees === 90) return { start: last, right: sizePx, down: -1 };
  if (degrees === 180) return { start: last * sizePx + last, right: -1, down: -sizePx };
  if (degrees === 270) return { start: last * sizePx, right: -sizePx, down: 1 };
  return undefined;
}

function rearrange(
  source: Uint8Array,
  target: Uint8Array,
  { start, right, down }: Rearrangement,
  sizePx: number,
): void {
  let to = 0;
  for (let y = 0; y < sizePx; y++) {
    let from = (start + y * down) * 3;
    for (let x = 0; x < sizePx; x++, from += right * 3, to += 3) {
      target[to] = source[from];
      target[to + 1] = source[from + 1];
      target[to + 2] = source[from + 2];
    }
  }
}

const ONE = 65536;
const fixed = (value: number): number => Math.floor(value * ONE + 0.5);
/** Pillow rounds the sine and cosine to 15 decimals. */
const rounded = (value: number): number => Number(value.toFixed(15));

function rotateFreely(source: Uint8Array, target: Uint8Array, degrees: number, sizePx: number): void {
  const radians = -((degrees * Math.PI) / 180);
  const [cos, sin] = [rounded(Math.cos(radians)), rounded(Math.sin(radians))];
  const centre = sizePx / 2;
  // The source point of target point (x, y) is (cos x + sin y + left, -sin x + cos y + top).
  const left = cos * -centre + sin * -centre + centre;
  const top = -sin * -centre + cos * -centre + centre;
  const [stepCos, stepSin, stepMinusSin] = [fixed(cos), fixed(sin), fixed(-sin)];
  // Half a pixel on: centres of pixels are mapped.
  let [rowX, rowY] = [fixed(left + cos * 0.5 + sin * 0.5), fixed(top - sin * 0.5 + cos * 0.5)];
  let to = 0;
  for (let y = 0; y < sizePx; y++, rowX += stepSin, rowY += stepCos) {
    let [atX, atY] = [rowX, rowY];
    for (let x = 0; x < sizePx; x++, atX += stepCos, atY += stepMinusSin, to += 3) {
      const [sourceX, sourceY] = [atX >> 16, atY >> 16];
      const inside = sourceX >= 0 && sourceX < sizePx && sourceY >= 0 && sourceY < sizePx;
      const from = (sourceY * sizePx + sourceX) * 3;
      target[to] = inside ? source[from] : 0;
      target[to + 1] = inside ? source[from + 1] : 0;
      target[to + 2] = inside ? source[from + 2] : 0;
    }
  }
}
