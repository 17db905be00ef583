import type { RgbImage } from '../images/decode-image.ts';
import { areaOf } from './rectangle.ts';
import type { Rectangle } from './rectangle.ts';

/** Mean and population standard deviation. */
export interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** From a count, a sum and a sum of squares. */
export function momentsOf(count: number, sum: number, squares: number): Moments {
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/** Moments of red, green and blue, 0..255, over a rectangle of the image. [3] */
export function colourMoments({ pixels, widthPx }: RgbImage, area: Rectangle): Moments[] {
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let y = area.top; y < area.bottom; y++) {
    // Whole numbers within a row stay below 2^31, where additions are cheapest; rows are added up in float64, exactly.
    let [r1, g1, b1, r2, g2, b2] = [0, 0, 0, 0, 0, 0];
    const end = (y * widthPx + area.right) * 3;
    for (let at = (y * widthPx + area.left) * 3; at < end; at += 3) {
      const r = pixels[at];
      const g = pixels[at + 1];
      const b = pixels[at + 2];
      r1 = (r1 + r) | 0;
      g1 = (g1 + g) | 0;
      b1 = (b1 + b) | 0;
      r2 = (r2 + r * r) | 0;
      g2 = (g2 + g * g) | 0;
      b2 = (b2 + b * b) | 0;
    }
    sums[0] += r1;
    sums[1] += g1;
    sums[2] += b1;
    squares[0] += r2;
    squares[1] += g2;
    squares[2] += b2;
  }
  return sums.map((sum, c) => momentsOf(areaOf(area), sum, squares[c]));
}
