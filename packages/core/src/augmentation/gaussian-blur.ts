import type { PatchFunction } from './operation.ts';

/** Box blurs in a row that stand for one Gaussian: `lineBlur` does them one after the other. */
const PASSES = 3;
/** Fixed point of the weights: 24 bits. */
const ONE = 2 ** 24;

/**
 * Gaussian blur of standard deviation `radius` pixels as Pillow approximates it: three box blurs along the rows, then three
 * along the columns, each rounded to 8 bits; pixels beyond the edge repeat the one at the edge. The boxes have fractional
 * width (Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box filtering", 2011), so that their
 * variance is `radius` squared. Equal to `ImageFilter.GaussianBlur(radius)` to the last bit.
 */
export const gaussianBlur =
  (radius: number): PatchFunction =>
  (source, target, sizePx) => {
    target.set(source);
    const boxRadius = extendedBoxRadius(Math.fround(radius));
    if (boxRadius === 0) return;
    const box = boxWeights(boxRadius);
    const blur = lineBlur(box, sizePx);
    for (let i = 0; i < sizePx; i++) {
      for (let c = 0; c < 3; c++) blur(target, i * sizePx * 3 + c, 3);
    }
    for (let i = 0; i < sizePx; i++) {
      for (let c = 0; c < 3; c++) blur(target, i * 3 + c, sizePx * 3);
    }
  };

/** Radius (whole part: full pixels, fraction: weight of the next) of the box whose variance is sigma^2 / PASSES. */
function extendedBoxRadius(sigma: number): number {
  const { fround } = Math;
  const variance = fround(fround(sigma * sigma) / PASSES);
  const length = fround(Math.sqrt(12 * variance + 1));
  const whole = fround(Math.floor((length - 1) / 2));
  const excess = fround(fround(2 * whole + 1) * fround(fround(whole * fround(whole + 1)) - fround(3 * variance)));
  const slope = fround(6 * fround(variance - fround(fround(whole + 1) * fround(whole + 1))));
  return fround(whole + fround(excess / slope));
}

interface Box {
  /** Full pixels on each side. */
  readonly reach: number;
  /** Fixed-point weight of a full pixel, and of the one beyond on each side. */
  readonly full: number;
  readonly edge: number;
}

function boxWeights(radius: number): Box {
  const reach = Math.floor(radius);
  const full = Math.floor(Math.fround(ONE / Math.fround(radius * 2 + 1)));
  return { reach, full, edge: Math.floor((ONE - (reach * 2 + 1) * full) / 2) };
}

/** Blurs one line of one channel in place: the values at `at`, `at + step`, ... */
function lineBlur(box: Box, length: number) {
  // The line with the pixels beyond its ends; passes go from the first to the second and back.
  const lines = [0, 1].map(() => new Uint8Array(length + 2 * (box.reach + 1)));
  const start = box.reach + 1;
  return (pixels: Uint8Array, at: number, step: number): void => {
    const [first, second] = lines;
    for (let x = 0, from = at; x < length; x++, from += step) first[start + x] = pixels[from];
    boxBlur(first, second, box);
    boxBlur(second, first, box);
    boxBlur(first, second, box);
    for (let x = 0, to = at; x < length; x++, to += step) pixels[to] = second[start + x];
  };
}

/** One pass over a line that starts `reach + 1` into `line`, the pixels beyond its ends repeating those at them. */
function boxBlur(line: Uint8Array, blurred: Uint8Array, { reach, full, edge }: Box): void {
  const start = reach + 1;
  const end = line.length - start;
  for (let x = 0; x < start; x++) {
    line[x] = line[start];
    line[end + x] = line[end - 1];
  }
  // Sum of the full pixels around the first.
  let sum = 0;
  for (let x = 1; x <= 2 * reach + 1; x++) sum += line[x];
  for (let x = start; x < end; x++) {
    const before = line[x - start];
    const after = line[x + start];
    blurred[x] = (sum * full + (before + after) * edge + ONE / 2) / ONE;
    sum += after - line[x - reach];
  }
}
