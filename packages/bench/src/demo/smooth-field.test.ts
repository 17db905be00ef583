import { createRandom } from '@spotbench/core';
import { expect, it } from 'vitest';
import { gaussianField, tabulate } from './smooth-field.ts';

const area = { width: 400, height: 300 };

it('interpolates a linear function exactly and is constant outside', () => {
  const field = tabulate(area, (x, y) => 2 * x - y);
  expect(field.at(37.5, 91.25)).toBeCloseTo(2 * 37.5 - 91.25, 3); // float32 table
  expect(field.at(-50, 0)).toBe(0);
});

it('gives fields of mean 0 and variance 1, alike nearby and unrelated far away', () => {
  const values = Array.from({ length: 300 }, (_, i) => {
    const field = gaussianField(createRandom(i, 'field'), area, 40);
    return [field.at(100, 100), field.at(110, 100), field.at(300, 250)];
  });
  const moment = (f: (v: number[]) => number): number => values.reduce((sum, v) => sum + f(v), 0) / values.length;
  // 300 draws: the standard error of each moment is about 0.06 to 0.08.
  expect(Math.abs(moment((v) => v[0]))).toBeLessThan(0.25);
  expect(Math.abs(moment((v) => v[0] ** 2) - 1)).toBeLessThan(0.3);
  expect(moment((v) => v[0] * v[1])).toBeGreaterThan(0.75); // exp(-10² / (2·40²)) = 0.97
  expect(Math.abs(moment((v) => v[0] * v[2]))).toBeLessThan(0.25);
});
