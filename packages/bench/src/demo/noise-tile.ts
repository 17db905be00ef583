import type { Random } from '@spotbench/core';

const SIDE = 256;
const MASK = SIDE - 1;

/** A periodic tile of uniform noise in [0, 1), interpolated smoothly between lattice points one unit apart. */
export interface NoiseTile {
  at(x: number, y: number): number;
}

/** Draws a tile of 256 x 256 lattice values. */
export function noiseTile(random: Random): NoiseTile {
  const values = Float32Array.from({ length: SIDE * SIDE }, () => random.uniform());
  return {
    at: (x, y) => {
      const i = Math.floor(x);
      const j = Math.floor(y);
      const u = ease(x - i);
      const row = (j & MASK) * SIDE;
      const below = ((j + 1) & MASK) * SIDE;
      const left = i & MASK;
      const right = (i + 1) & MASK;
      const top = values[row + left] + u * (values[row + right] - values[row + left]);
      const bottom = values[below + left] + u * (values[below + right] - values[below + left]);
      return top + ease(y - j) * (bottom - top);
    },
  };
}

/** 3t² - 2t³: no visible lattice lines. */
function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
