/** Bits of the fixed-point weights: 8-bit values times weights that sum to 2^22 stay below 2^31. */
const WEIGHT_BITS = 22;
const ONE = 2 ** WEIGHT_BITS;

/** Which source pixels make each target pixel, and with what weight. */
interface Filter {
  /** First source pixel of each target pixel. [to] */
  readonly first: Int32Array;
  /** Weights, zero-padded. [to, taps] */
  readonly weights: Int32Array;
  readonly taps: number;
}

/**
 * Resizes a square RGB image, [from, from, 3] to [to, to, 3]: bilinear with antialiasing, i.e. a triangle filter that widens
 * with the reduction, rows first, each pass rounded to 8 bits. Fixed-point arithmetic, so equal on every machine, and equal
 * to Pillow's `Image.resize(..., BILINEAR)`, which the methods' Python code uses through torchvision.
 */
export function resizeSquare(pixels: Uint8Array, fromPx: number, toPx: number): Uint8Array {
  if (fromPx === toPx) return pixels.slice(0, fromPx * fromPx * 3);
  const { narrow, shorten } = createResizer(fromPx, toPx);
  return shorten(narrow(pixels, fromPx));
}

/** The two passes of `resizeSquare`, for an image whose rows come a few at a time. */
export interface Resizer {
  /** Resizes `lines` rows along x. [lines, from, 3] to [lines, to, 3] */
  readonly narrow: (rows: Uint8Array, lines: number) => Uint8Array;
  /** Resizes all rows, narrowed, along y. [from, to, 3] to [to, to, 3] */
  readonly shorten: (rows: Uint8Array) => Uint8Array;
}

export function createResizer(fromPx: number, toPx: number): Resizer {
  const filter = triangleFilter(fromPx, toPx);
  return {
    narrow: (rows, lines) =>
      resample(rows, filter, { lines, lineStep: fromPx * 3, step: 3, outLineStep: toPx * 3, outStep: 3 }, toPx),
    shorten: (rows) =>
      resample(rows, filter, { lines: toPx, lineStep: 3, step: toPx * 3, outLineStep: 3, outStep: toPx * 3 }, toPx),
  };
}

/** How to walk an image along one axis: from line to line, and from pixel to pixel within a line. Steps in bytes. */
interface Walk {
  readonly lines: number;
  readonly lineStep: number;
  readonly step: number;
  readonly outLineStep: number;
  readonly outStep: number;
}

function resample(source: Uint8Array, filter: Filter, walk: Walk, toPx: number): Uint8Array {
  const { first, weights, taps } = filter;
  const { lines, lineStep, step, outLineStep, outStep } = walk;
  const out = new Uint8Array(lines * toPx * 3);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < toPx; i++) {
      let [red, green, blue] = [ONE / 2, ONE / 2, ONE / 2];
      let at = line * lineStep + first[i] * step;
      for (let k = i * taps; k < (i + 1) * taps; k++, at += step) {
        const weight = weights[k];
        // Padding may point beyond the end of the image.
        if (weight === 0) continue;
        red += weight * source[at];
        green += weight * source[at + 1];
        blue += weight * source[at + 2];
      }
      const target = line * outLineStep + i * outStep;
      // Weights are at least 0 and sum to 1 within rounding, so the highest result is 255 and the lowest 0.
      out[target] = red >> WEIGHT_BITS;
      out[target + 1] = green >> WEIGHT_BITS;
      out[target + 2] = blue >> WEIGHT_BITS;
    }
  }
  return out;
}

function triangleFilter(fromPx: number, toPx: number): Filter {
  const scale = fromPx / toPx;
  const reach = Math.max(1, scale);
  const taps = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(toPx);
  const weights = new Int32Array(toPx * taps);
  for (let i = 0; i < toPx; i++) {
    const centre = (i + 0.5) * scale;
    first[i] = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(fromPx, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: end - first[i] }, (_, k) =>
      Math.max(0, 1 - Math.abs((first[i] + k - centre + 0.5) / reach)),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    raw.forEach((weight, k) => (weights[i * taps + k] = Math.round((weight / total) * ONE)));
  }
  return { first, weights, taps };
}
