import { describe, expect, it } from 'vitest';
import { criticalDifference, studentisedRangeQuantile } from './critical-difference.ts';

/** Values of each method over patients: method m is ahead of m + 1 everywhere. */
const ladder = (methods: number, patients: number) =>
  Array.from({ length: methods }, (_, m) => ({
    name: `m${m}`,
    patients: Array.from({ length: patients }, (_p, p) => -m + 0.01 * p),
  }));

describe('studentisedRangeQuantile', () => {
  // scipy 1.17.1: stats.studentized_range.ppf(0.95, k, inf) / sqrt(2), which Demsar's table 5(a) has to three decimals
  it.each([
    [2, 1.9599639845400534],
    [3, 2.343700586378409],
    [5, 2.7277743708703763],
    [10, 3.163683577053373],
    [20, 3.5437991315177815],
  ])('for %i methods is that of SciPy, %f', (k, expected) => {
    expect(studentisedRangeQuantile(k, 0.05) / Math.SQRT2).toBeCloseTo(expected, 9);
  });
});

describe('criticalDifference', () => {
  it('joins neighbours within the critical difference and no others', () => {
    const found = criticalDifference(ladder(5, 10));
    // 2.728 sqrt(5 x 6 / 60)
    expect(found.cd).toBeCloseTo(1.929, 3);
    expect(found.averageRanks.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    expect(found.groups).toEqual([
      ['m0', 'm1'],
      ['m1', 'm2'],
      ['m2', 'm3'],
      ['m3', 'm4'],
    ]);
    // all ranks agree: statistic n (k - 1), and none of the permutations comes near
    expect(found.friedman).toEqual({ statistic: 40, p: 1e-4 });
  });

  it('shares mean ranks where values are equal, and finds nothing among equal methods', () => {
    const equal = ['a', 'b', 'c'].map((name) => ({ name, patients: [1, 2, 3, 4, 5, 6] }));
    const found = criticalDifference(equal);
    expect(found.averageRanks.map(({ rank }) => rank)).toEqual([2, 2, 2]);
    expect(found.friedman).toEqual({ statistic: 0, p: 1 });
    expect(found.groups).toEqual([['a', 'b', 'c']]);
  });

  it('has none, and says why, with fewer than 6 patients or one method', () => {
    const few = criticalDifference(ladder(3, 5));
    expect(few).toMatchObject({ cd: null, friedman: null, groups: [['m0', 'm1', 'm2']] });
    expect(few.reason).toMatch(/^5 patients: with fewer than 6/);
    expect(few.averageRanks.map(({ name }) => name)).toEqual(['m0', 'm1', 'm2']);
    expect(criticalDifference(ladder(1, 8)).reason).toMatch(/fewer than two methods/);
  });

  it('has the statistic of the textbook formula, and a p by permutation beside that of chi-square', () => {
    // sums 9, 14, 19: 12 / (7 x 3 x 4) x 638 - 3 x 7 x 4
    const ranks = [
      [1, 2, 3],
      [1, 3, 2],
      [1, 2, 3],
      [2, 1, 3],
      [1, 2, 3],
      [1, 3, 2],
      [2, 1, 3],
    ];
    const methods = ['a', 'b', 'c'].map((name, m) => ({ name, patients: ranks.map((row) => -row[m]) }));
    const { friedman } = criticalDifference(methods);
    expect(friedman!.statistic).toBeCloseTo((12 / 84) * 638 - 84, 10);
    // chi-square gives 0.028, which the exact distribution of so few patients is near
    expect(friedman!.p).toBeGreaterThan(0.01);
    expect(friedman!.p).toBeLessThan(0.05);
  });
});
