import { describe, expect, it } from 'vitest';
import golden from '../../fixtures/metrics.json' with { type: 'json' };
import { normalTail, studentQuantile, studentTail } from './distributions.ts';
import { holm } from './holm.ts';
import { expandedTail, percentileInterval, quantileOfSorted } from './interval.ts';
import { smallestWilcoxonP, wilcoxonP } from './wilcoxon.ts';

const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe('against SciPy', () => {
  it('normal and Student tails and quantiles', () => {
    for (const { z, tail } of golden.distributions.normalTail) expect(relative(normalTail(z), tail)).toBeLessThan(1e-9);
    for (const { t, df, tail } of golden.distributions.studentTail)
      expect(relative(studentTail(t, df), tail)).toBeLessThan(1e-9);
    for (const { tail, df, t } of golden.distributions.studentQuantile)
      expect(relative(studentQuantile(tail, df), t)).toBeLessThan(1e-8);
  });

  it('exact signed-rank p, with and without ties', () => {
    for (const { differences, p } of golden.wilcoxon) expect(wilcoxonP(differences)).toBeCloseTo(p, 12);
  });

  it('quantiles', () => {
    const sorted = Float64Array.from(golden.quantiles.draws).sort();
    for (const { q, value } of golden.quantiles.quantiles) expect(quantileOfSorted(sorted, q)).toBeCloseTo(value, 12);
  });

  it('Holm', () => {
    for (const [i, p] of holm(golden.holm.p).entries()) expect(p).toBeCloseTo(golden.holm.adjusted[i], 12);
  });
});

describe('signed-rank test', () => {
  it('reaches its smallest p, 2^(1 - n), when all differences have one sign', () => {
    for (let n = 1; n <= 12; n++) {
      const differences = Array.from({ length: n }, (_, i) => 1 + i);
      expect(wilcoxonP(differences)).toBeCloseTo(smallestWilcoxonP(n), 14);
      expect(wilcoxonP(differences.map((d) => -d))).toBeCloseTo(smallestWilcoxonP(n), 14);
    }
    // the figures of the protocol
    expect([4, 5, 6, 7, 8].map(smallestWilcoxonP)).toEqual([0.125, 0.0625, 0.03125, 0.015625, 0.0078125]);
  });

  it('says nothing about no difference', () => {
    expect(wilcoxonP([])).toBe(1);
    expect(wilcoxonP([0, 0, 0])).toBe(1);
    expect(wilcoxonP([1, -1, 2, -2])).toBe(1);
  });

  it('handles hundreds of patients without overflow', () => {
    const differences = Array.from({ length: 200 }, (_, i) => (i % 2 ? 1 : -1) * (i + 1));
    expect(wilcoxonP(differences)).toBeGreaterThan(0.8);
  });
});

describe('Holm', () => {
  it('by hand', () => {
    // sorted 0.01, 0.03, 0.04: 3 x 0.01, 2 x 0.03, then 0.04 lifted to 0.06
    const adjusted = holm([0.04, 0.01, 0.03]);
    [0.06, 0.03, 0.06].forEach((expected, i) => expect(adjusted[i]).toBeCloseTo(expected, 14));
    expect(holm([0.9, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('intervals', () => {
  it('cuts less from the ends the fewer the units, and 2.5% for many', () => {
    expect(expandedTail(8, 0.95)).toBeCloseTo(0.00573, 4); // Phi(-sqrt(8/7) x 2.3646)
    expect(expandedTail(2, 0.95)).toBeLessThan(1e-60);
    expect(expandedTail(10000, 0.95)).toBeCloseTo(0.025, 4);
  });

  it('drops undefined draws and is null without any, or with a single unit', () => {
    expect(percentileInterval(Float64Array.of(NaN, 1, NaN, 1), 8, 0.95)).toEqual([1, 1]);
    expect(percentileInterval(Float64Array.of(NaN), 8, 0.95)).toBeNull();
    expect(percentileInterval(Float64Array.of(1, 2), 1, 0.95)).toBeNull();
  });
});
