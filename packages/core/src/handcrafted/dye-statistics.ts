import { momentsOf } from './colour-moments.ts';
import type { Moments } from './colour-moments.ts';
import type { DyePlanes } from './dye-planes.ts';
import { areaOf } from './rectangle.ts';
import type { Rectangle } from './rectangle.ts';

/** Optical densities from -2 to 4 in steps of 0.01 hold all that 8 bits and the stain matrix give in tissue. */
const LOWEST = -2;
const BINS_PER_UNIT = 100;
const BINS = 6 * BINS_PER_UNIT;

/** How much of a dye there is in a rectangle, and how it is distributed. */
export interface DyeStatistics extends Moments {
  /** How often each density occurs, to 0.01; values beyond the range count in the outermost bins. [600] */
  readonly histogram: Uint32Array;
}

/** Statistics of haematoxylin, eosin and DAB over a rectangle, all in one pass. [3] */
export function dyeStatistics(planes: DyePlanes, area: Rectangle): DyeStatistics[] {
  const { stride, haematoxylin, eosin, dab } = planes;
  const histograms = [new Uint32Array(BINS), new Uint32Array(BINS), new Uint32Array(BINS)];
  const [hBins, eBins, dBins] = histograms;
  // Sums run around the first pixel, so that a flat rectangle has a deviation of exactly 0.
  const first = area.top * stride + area.left;
  const [h0, e0, d0] = [haematoxylin[first], eosin[first], dab[first]];
  let [h1, e1, d1, h2, e2, d2] = [0, 0, 0, 0, 0, 0];
  for (let y = area.top; y < area.bottom; y++) {
    const end = y * stride + area.right;
    for (let at = y * stride + area.left; at < end; at++) {
      const h = haematoxylin[at];
      const e = eosin[at];
      const d = dab[at];
      h1 += h - h0;
      e1 += e - e0;
      d1 += d - d0;
      h2 += (h - h0) * (h - h0);
      e2 += (e - e0) * (e - e0);
      d2 += (d - d0) * (d - d0);
      hBins[binOf(h)]++;
      eBins[binOf(e)]++;
      dBins[binOf(d)]++;
    }
  }
  const count = areaOf(area);
  const around = [momentsOf(count, h1, h2), momentsOf(count, e1, e2), momentsOf(count, d1, d2)];
  return around.map(({ mean, deviation }, dye) => ({
    mean: [h0, e0, d0][dye] + mean,
    deviation,
    histogram: histograms[dye],
  }));
}

function binOf(density: number): number {
  const bin = ((density - LOWEST) * BINS_PER_UNIT) | 0;
  return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

/** The density below which a share of the pixels lies: the middle of the 0.01 wide bin in which the share is reached. */
export function percentile({ histogram }: DyeStatistics, share: number): number {
  const wanted = share * countOf(histogram);
  let bin = 0;
  for (let seen = histogram[0]; seen < wanted && bin < BINS - 1; seen += histogram[bin]) bin++;
  return LOWEST + (bin + 0.5) / BINS_PER_UNIT;
}

/** Share of the pixels whose density is at least `density`, to 0.01. */
export function shareAbove({ histogram }: DyeStatistics, density: number): number {
  const first = Math.round((density - LOWEST) * BINS_PER_UNIT);
  return countOf(histogram.subarray(first)) / countOf(histogram);
}

function countOf(histogram: Uint32Array): number {
  let sum = 0;
  for (const count of histogram) sum += count;
  return sum;
}
