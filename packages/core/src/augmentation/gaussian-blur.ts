import type { PatchFunction } from './operation.ts';

/** Box blurs in a row that stand for one Gaussian. */
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
    const line = new Uint8Array(sizePx);
    for (let i = 0; i < sizePx; i++) {
      for (let c = 0; c < 3; c++) blurLine(target, { at: i * sizePx * 3 + c, step: 3 }, line, box);
    }
    for (let i = 0; i < sizePx; i++) {
      for (let c = 0; c < 3; c++) blurLine(target, { at: i * 3 + c, step: sizePx * 3 }, line, box);
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

/** Blurs one line of one channel in place. `line` is scratch of its length. */
function blurLine(pixels: Uint8Array, { at, step }: { at: number; step: number }, line: Uint8Array, box: Box): void {
  const { reach, full, edge } = box;
  const last = line.length - 1;
  for (let pass = 0; pass < PASSES; pass++) {
    for (let x = 0, from = at; x <= last; x++, from += step) line[x] = pixels[from];
    // Sum of the full pixels around x.
    let sum = 0;
    for (let x = -reach; x <= reach; x++) sum += line[Math.min(Math.max(x, 0), last)];
    for (let x = 0, to = at; x <= last; x++, to += step) {
      const before = line[Math.max(x - reach - 1, 0)];
      const after = line[Math.min(x + reach + 1, last)];
      pixels[to] = (sum * full + (before + after) * edge + ONE / 2) / ONE;
      sum += after - line[Math.max(x - reach, 0)];
    }
  }
}
