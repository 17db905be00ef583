import type { Random } from '@spotbench/core';
import { noiseTile } from '../noise-tile.ts';
import { gaussianField } from '../smooth-field.ts';
import type { Area } from '../smooth-field.ts';

/** Wavy collagen bundles: a field of stripes along a direction that bends from place to place. */
export interface Fibres {
  /** 0 between fibres, 1 on a fibre. */
  at(x: number, y: number): number;
  /** Direction along the fibres, radians. */
  angle(x: number, y: number): number;
}

const BEND_PX = 110;
const BEND_LENGTH_PX = 260;

/** Noise stretched tenfold along a bent axis, coarse and fine octave. */
export function makeFibres(random: Random, area: Area): Fibres {
  const tile = noiseTile(random);
  const bend = gaussianField(random, area, BEND_LENGTH_PX);
  const direction = Math.PI * random.uniform();
  const cos = Math.cos(direction);
  const sin = Math.sin(direction);
  const across = (x: number, y: number): number => cos * x + sin * y + BEND_PX * bend.at(x, y);
  return {
    at: (x, y) => {
      const u = across(x, y);
      const v = cos * y - sin * x;
      return 0.6 * tile.at(u / 16, v / 150) + 0.4 * tile.at(u / 5 + 91, v / 55);
    },
    angle: (x, y) => {
      const slopeX = across(x + 8, y) - across(x - 8, y);
      const slopeY = across(x, y + 8) - across(x, y - 8);
      return Math.atan2(slopeY, slopeX) + Math.PI / 2;
    },
  };
}
