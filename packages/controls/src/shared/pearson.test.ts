import { expect, it } from 'vitest';
import { meanPearson, pearsonPerGene } from './pearson.ts';

it('gives 1, -1 and a value computed by hand', () => {
  // Columns: same, opposite, and truth 1 2 3 against 1 3 2: r = (1*1 + 0 + ... ) = 0.5.
  const truth = Float32Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3);
  const predicted = Float32Array.of(10, -1, 1, 20, -2, 3, 30, -3, 2);
  const r = pearsonPerGene({ truth, predicted, genes: 3 });
  expect(r[0]).toBeCloseTo(1, 12);
  expect(r[1]).toBeCloseTo(-1, 12);
  expect(r[2]).toBeCloseTo(0.5, 12);
});

it('counts a constant prediction as 0 and leaves a constant truth out', () => {
  const truth = Float32Array.of(1, 0.1, 2, 0.1, 3, 0.1);
  const predicted = Float32Array.of(0.3, 1, 0.3, 2, 0.3, 5);
  expect([...pearsonPerGene({ truth, predicted, genes: 2 })]).toEqual([0, NaN]);
  expect(meanPearson({ truth, predicted, genes: 2 })).toBe(0);
});

it('is NaN where no gene varies', () => {
  expect(meanPearson({ truth: Float32Array.of(1, 1), predicted: Float32Array.of(1, 2), genes: 1 })).toBeNaN();
});
