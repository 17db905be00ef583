import type { Rectangle } from './rectangle.ts';

/** Below this deviation (optical density) a rectangle is flat: its texture is 0 rather than a ratio of rounding errors. */
const FLAT = 1e-4;

/**
 * How fine the texture of a dye is: √(mean squared slope) / deviation, in 1/px, slopes being differences of neighbours to
 * the right and below. For a random texture it is about √2 over the size of its grains; stain strength cancels.
 */
export function fineness(plane: Float32Array, stride: number, area: Rectangle, deviation: number): number {
  const { left, top, right, bottom } = area;
  if (deviation < FLAT || right - left < 2 || bottom - top < 2) return 0;
  let across = 0;
  let down = 0;
  for (let y = top; y < bottom - 1; y++) {
    const end = y * stride + right - 1;
    for (let at = y * stride + left; at < end; at++) {
      const value = plane[at];
      const dx = plane[at + 1] - value;
      const dy = plane[at + stride] - value;
      across += dx * dx;
      down += dy * dy;
    }
  }
  return Math.sqrt((across + down) / ((right - left - 1) * (bottom - top - 1))) / deviation;
}

/** Side of a block, about a nucleus with its surroundings; it divides all three windows. */
export const BLOCK_PX = 14;

/**
 * How much of a dye's variation lies between blocks of 14 x 14 px rather than inside them: deviation of the block means /
 * deviation of the pixels, from near 0 (evenly scattered) to 1 (nests and gaps). Blocks start at the top left; what is left
 * over at the right and bottom is not used.
 */
export function clumping(plane: Float32Array, stride: number, area: Rectangle, deviation: number): number {
  if (deviation < FLAT) return 0;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = area.top; y + BLOCK_PX <= area.bottom; y += BLOCK_PX) {
    for (let x = area.left; x + BLOCK_PX <= area.right; x += BLOCK_PX) {
      const mean = blockMean(plane, stride, x, y);
      sum += mean;
      squares += mean * mean;
      count++;
    }
  }
  if (count < 2) return 0;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) / deviation;
}

function blockMean(plane: Float32Array, stride: number, left: number, top: number): number {
  let sum = 0;
  for (let y = top; y < top + BLOCK_PX; y++) {
    const end = y * stride + left + BLOCK_PX;
    for (let at = y * stride + left; at < end; at++) sum += plane[at];
  }
  return sum / (BLOCK_PX * BLOCK_PX);
}
