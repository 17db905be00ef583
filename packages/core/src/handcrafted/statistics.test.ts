import { describe, expect, it } from 'vitest';
import { colourMoments } from './colour-moments.ts';
import { allocateDyePlanes } from './dye-planes.ts';
import { dyeStatistics, percentile, shareAbove } from './dye-statistics.ts';
import { clumping, fineness } from './texture.ts';

const side = 28;
const all = { left: 0, top: 0, right: side, bottom: side };

function plane(f: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: side * side }, (_, i) => f(i % side, Math.floor(i / side)));
}

describe('colourMoments', () => {
  it('gives mean and deviation of each channel inside the rectangle only', () => {
    const pixels = Uint8Array.of(99, 99, 99, 10, 0, 5, 99, 99, 99, 20, 0, 5);
    const image = { widthPx: 2, heightPx: 2, pixels };
    expect(colourMoments(image, { left: 1, top: 0, right: 2, bottom: 2 })).toEqual([
      { mean: 15, deviation: 5 },
      { mean: 0, deviation: 0 },
      { mean: 5, deviation: 0 },
    ]);
  });

  it('does not overflow in the largest window of white', () => {
    const image = { widthPx: 448, heightPx: 448, pixels: new Uint8Array(448 * 448 * 3).fill(255) };
    expect(colourMoments(image, { left: 0, top: 0, right: 448, bottom: 448 })[2]).toEqual({ mean: 255, deviation: 0 });
  });
});

describe('dyeStatistics', () => {
  const planes = allocateDyePlanes(side);
  planes.haematoxylin.set(plane((x) => x / 100 + 0.005)); // 0.005, 0.015, ... 0.275, each once in every row
  planes.eosin.fill(0.5);
  planes.dab.fill(-9);
  const [h, e, d] = dyeStatistics(planes, all);

  it('gives the moments of each dye', () => {
    expect(h.mean).toBeCloseTo(0.14, 6);
    expect(h.deviation).toBeCloseTo(Math.sqrt((28 ** 2 - 1) / 12) / 100, 6); // of the integers 0..27
    expect([e.mean, e.deviation]).toEqual([0.5, 0]);
  });

  it('gives percentiles and shares to 0.01', () => {
    expect(percentile(h, 0.1)).toBeCloseTo(0.025, 9); // 28 values: the third holds the first 10%
    expect(percentile(h, 0.9)).toBeCloseTo(0.255, 9);
    expect(shareAbove(h, 0.2)).toBeCloseTo(8 / 28, 9);
    expect(shareAbove(e, 0.6)).toBe(0);
  });

  it('puts values beyond its range into the outermost bin', () => {
    expect(percentile(d, 0.5)).toBeCloseTo(-1.995, 9);
  });
});

describe('texture', () => {
  const fine = plane((x, y) => (x + y) % 2);
  const coarse = plane((x, y) => (Math.floor(x / 14) + Math.floor(y / 14)) % 2);

  it('measures how fine a pattern is: a chessboard of pixels has slope 1 both ways and deviation 1/2', () => {
    expect(fineness(fine, side, all, 0.5)).toBeCloseTo(Math.SQRT2 / 0.5, 9);
    expect(fineness(coarse, side, all, 0.5)).toBeLessThan(0.8);
  });

  it('measures clumps: 1 for a chessboard of blocks, 0 for one of pixels', () => {
    expect(clumping(coarse, side, all, 0.5)).toBeCloseTo(1, 9);
    expect(clumping(fine, side, all, 0.5)).toBeCloseTo(0, 9);
  });

  it('does not depend on how strong the stain is, and is 0 where there is no texture', () => {
    const strong = fine.map((x) => 3 * x);
    expect(fineness(strong, side, all, 1.5)).toBeCloseTo(fineness(fine, side, all, 0.5), 9);
    const flat = plane(() => 0.2);
    expect([fineness(flat, side, all, 0), clumping(flat, side, all, 0)]).toEqual([0, 0]);
  });
});
