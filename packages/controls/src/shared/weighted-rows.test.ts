import { expect, it } from 'vitest';
import { weightedRows } from './weighted-rows.ts';

const matrix = { rows: 3, columns: 2, values: Float32Array.of(1, 10, 2, 20, 4, 40) };

it('averages rows by weight', () => {
  const out = weightedRows(matrix, 2, (i, weights) => weights.set(i === 0 ? [1, 1, 0] : [1, 0, 3]));
  expect([...out]).toEqual([1.5, 15, 3.25, 32.5]);
});

it('leaves out weights too small to show', () => {
  const huge = { rows: 2, columns: 1, values: Float32Array.of(1, 1e30) };
  expect([...weightedRows(huge, 1, (_, weights) => weights.set([1, 1e-12]))]).toEqual([1]);
});
