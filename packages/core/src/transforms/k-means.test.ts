import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { dotProducts, weightedSums } from './dense-products.ts';
import { kMeans } from './k-means.ts';
import { blocksOf } from './soft-clusters.ts';

describe('kMeans', () => {
  it('finds the means of groups that lie apart', () => {
    const rows = Float64Array.of(0, 0, 1, 0, 0, 1, 10, 10, 11, 10, 20, 0, 21, 0);
    const centres = kMeans(rows, 2, { clusters: 3, starts: 10, iterations: 25 }, createRandom(1));
    const sorted = [0, 2, 4].map((at) => [...centres.subarray(at, at + 2)]).sort((a, b) => a[0] - b[0]);
    expect(sorted.flat()).toEqual([1 / 3, 1 / 3, 10.5, 10, 20.5, 0].map((x) => expect.closeTo(x, 12) as number));
  });

  it('starts in every group that lies far from the others', () => {
    const rows = Float64Array.of(0, 1, 2, 1000, 1001, 1002, 5000, 5001, 5002);
    const group = (x: number): number => [0, 1000, 5000].findLastIndex((from) => x >= from);
    for (let seed = 0; seed < 10; seed++) {
      const first = kMeans(rows, 1, { clusters: 3, starts: 1, iterations: 0 }, createRandom(seed));
      expect([...first].map(group).sort()).toEqual([0, 1, 2]);
    }
  });

  it('fills a cluster that lost its rows, also where rows are equal', () => {
    const rows = Float64Array.of(1, 1, 1, 1, 5);
    const centres = kMeans(rows, 1, { clusters: 3, starts: 2, iterations: 25 }, createRandom(1));
    expect([...centres].sort()).toEqual([1, 1, 5]);
  });
});

describe('dense products', () => {
  // 1 to 6 rows: every remainder of groups of four.
  it.each([1, 2, 3, 4, 5, 6])('of %i rows are those of plain loops', (n) => {
    const random = createRandom(4, n);
    const draw = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());
    const [width, k] = [3, 2];
    const [rows, centres, weights] = [draw(n * width), draw(k * width), draw(n * k)];
    const dots = dotProducts(rows, centres, width);
    const sums = weightedSums(weights, rows, width);
    const range = (length: number): number[] => [...Array(length).keys()];
    for (const i of range(n))
      for (const j of range(k)) {
        const wanted = range(width).reduce((sum, d) => sum + rows[i * width + d] * centres[j * width + d], 0);
        expect(dots[i * k + j]).toBeCloseTo(wanted, 12);
      }
    for (const j of range(k))
      for (const d of range(width)) {
        const wanted = range(n).reduce((sum, i) => sum + weights[i * k + j] * rows[i * width + d], 0);
        expect(sums[j * width + d]).toBeCloseTo(wanted, 12);
      }
  });

  it('cuts blocks as numpy.array_split does', () => {
    expect(blocksOf([5, 6, 7, 8, 9], 3)).toEqual([[5, 6], [7, 8], [9]]);
    expect(blocksOf([5], 3)).toEqual([[5], [], []]);
  });
});
