import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { mae } from './mae.ts';
import { metrics } from './metrics.ts';
import { mse } from './mse.ts';
import { pearson } from './pearson.ts';
import { r2 } from './r2.ts';
import { spearman } from './spearman.ts';

const f = (...values: number[]): Float32Array => Float32Array.from(values);

describe('metrics, by hand', () => {
  // t - mean = (-1.5, -0.5, 0.5, 1.5), p - mean = (-1.5, 0.5, -0.5, 1.5): products 4, squares 5 and 5
  const truth = f(1, 2, 3, 4);
  const prediction = f(1, 3, 2, 4);
  it.each([
    { metric: pearson, expected: 0.8 },
    { metric: spearman, expected: 0.8 }, // ranks are the values
    { metric: mse, expected: 0.5 }, // (0 + 1 + 1 + 0) / 4
    { metric: mae, expected: 0.5 },
    { metric: r2, expected: 0.6 }, // 1 - 2 / 5
  ])('$metric.name', ({ metric, expected }) => {
    expect(metric.compute(truth, prediction)).toBeCloseTo(expected, 14);
  });

  it('averages tied ranks: ranks (1.5, 1.5, 3, 4) against (1, 2, 3, 4)', () => {
    // centred: (-1, -1, .5, 1.5) and (-1.5, -.5, .5, 1.5); products 4.5, squares 4.5 and 5
    expect(spearman.compute(f(7, 7, 8, 9), truth)).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 14);
  });

  it('gives exactly 1 to the truth itself, and -1 to its mirror image', () => {
    const random = createRandom(1, 'oracle');
    for (let k = 0; k < 200; k++) {
      const column = Float32Array.from(
        { length: 3 + k },
        () => (random.uniform() < 0.3 ? 0 : Math.log1p(random.poisson(2)) + random.uniform()) + 0,
      );
      expect(pearson.compute(column, column)).toBe(1);
      expect(spearman.compute(column, column)).toBe(1);
      expect(r2.compute(column, column)).toBe(1);
      expect(
        pearson.compute(
          column,
          column.map((v) => -v),
        ),
      ).toBe(-1);
    }
  });
});

describe('undefined values', () => {
  const varied = f(1, 2, 3, 5);
  it('a constant truth or too few spots have no correlation and no R2; errors always have a value', () => {
    for (const metric of [pearson, spearman, r2]) {
      expect(metric.compute(f(2, 2, 2, 2), varied)).toBeNull();
      expect(metric.compute(f(1, 2), f(1, 3))).toBeNull();
    }
    expect(mse.compute(f(2, 2), f(2, 4))).toBe(2);
    expect(mae.compute(f(2, 2), f(2, 4))).toBe(1);
    expect(mse.compute(f(), f())).toBeNull();
  });

  it('a constant prediction has no correlation, but an R2', () => {
    expect(pearson.compute(varied, f(3, 3, 3, 3))).toBeNull();
    expect(spearman.compute(varied, f(0, 0, 0, 0))).toBeNull();
    expect(r2.compute(varied, f(2.75, 2.75, 2.75, 2.75))).toBeCloseTo(0, 14);
  });

  it('calls a prediction constant within 16 float32 units in the last place, whatever its scale, and the truth only exactly', () => {
    const ulp = 2 ** -23;
    for (const scale of [1, 2 ** 30, 2 ** -30]) {
      const nearly = varied.map((_, i) => scale * (1 + (i % 2) * 15 * ulp));
      const just = varied.map((_, i) => scale * (1 + (i % 2) * 17 * ulp));
      expect(pearson.compute(varied, nearly)).toBeNull();
      expect(pearson.compute(varied, just)).not.toBeNull();
      expect(pearson.compute(nearly, varied)).not.toBeNull();
    }
  });
});

describe('numerical care', () => {
  it('keeps correlations of a small signal on a large offset', () => {
    // 4096 + k / 256 is exact in float32; a one-pass formula in float32 would lose every digit
    const offset = (column: Float32Array): Float32Array => column.map((v) => 4096 + v / 256);
    const t = f(1, 2, 3, 4, 9, 2);
    const p = f(2, 1, 4, 3, 7, 7);
    expect(pearson.compute(offset(t), offset(p))).toBeCloseTo(pearson.compute(t, p)!, 12);
  });

  it('stays within range and finite at the ends of float32', () => {
    const big = f(3e38, -3e38, 1e38, 2e38);
    const small = f(1e-45, 3e-45, 0, 7e-45);
    for (const [t, p] of [
      [big, small],
      [small, big],
      [big, big],
      [small, small],
    ]) {
      for (const { name, compute, range } of metrics) {
        const value = compute(t, p);
        expect(Number.isFinite(value), name).toBe(true);
        expect(value!).toBeGreaterThanOrEqual(range[0] ?? -Infinity);
        expect(value!).toBeLessThanOrEqual(range[1] ?? Infinity);
      }
    }
  });
});

it('every record is complete and has its own name', () => {
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  for (const metric of metrics) for (const value of Object.values(metric)) expect(value).not.toBe('');
});
