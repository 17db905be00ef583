import { createRandom } from '../random/random.ts';
import { normalTail } from '../statistics/distributions.ts';
import type { PatchFunction } from './operation.ts';

/**
 * value + e, e normal with standard deviation `sigma` (of 255) and independent for every value, clipped to [0, 255] and cut
 * (not rounded) to 8 bits, as MViTGene's `dataset.py` does with NumPy before it makes a PIL image again. As values are whole,
 * only the whole part of e counts: floor(e) is drawn from its own distribution, which takes a third of the time.
 */
export const gaussianNoise =
  (sigma: number, seed: number): PatchFunction =>
  (source, target) => {
    if (sigma === 0) {
      target.set(source);
      return;
    }
    const random = createRandom(seed, 'gaussian-noise');
    const { steps, resolve } = tableOf(sigma);
    const step = (cell: number): number => {
      const known = steps[cell];
      return known === SEVERAL ? resolve(cell, random.uniform()) : known;
    };
    const add = (i: number, cell: number): void => {
      target[i] = Math.min(255, Math.max(0, source[i] + step(cell)));
    };
    for (let i = 0; i < target.length; i += 2) {
      const bits = random.uint32();
      add(i, bits & 0xffff);
      if (i + 1 < target.length) add(i + 1, bits >>> 16);
    }
  };

/** Equal parts of probability that 16 random bits choose from. */
const CELLS = 65536;
/** A cell in which floor(e) has more than one value: further bits decide. */
const SEVERAL = -32768;
/** Standard deviations beyond which nothing is drawn: the probability is 1e-15. */
const REACH = 8;

/** The distribution of floor(e). */
interface NoiseTable {
  /** floor(e) by cell, or SEVERAL. */
  readonly steps: Int16Array;
  /** floor(e) at this place, in [0, 1), of a cell. */
  readonly resolve: (cell: number, place: number) => number;
}

function makeTable(sigma: number): NoiseTable {
  const least = -Math.ceil(REACH * sigma);
  // P(floor(e) <= k) = P(e < k + 1), in cells.
  const upTo = Float64Array.from({ length: -2 * least }, (_, k) => CELLS * normalTail(-(least + k + 1) / sigma));
  const steps = new Int16Array(CELLS).fill(SEVERAL);
  for (let k = 0; k < upTo.length; k++) {
    const from = k === 0 ? 0 : Math.ceil(upTo[k - 1]);
    steps.fill(least + k, from, Math.max(from, Math.floor(upTo[k])));
  }
  const resolve = (cell: number, place: number): number => {
    const k = upTo.findIndex((end) => cell + place < end);
    return least + (k < 0 ? upTo.length - 1 : k);
  };
  return { steps, resolve };
}

/** The table used last: all patches of a training have the same sigma. */
let last: { sigma: number; table: NoiseTable } | undefined;

function tableOf(sigma: number): NoiseTable {
  if (last?.sigma !== sigma) last = { sigma, table: makeTable(sigma) };
  return last.table;
}
