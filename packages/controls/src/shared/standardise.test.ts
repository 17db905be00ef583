import { expect, it } from 'vitest';
import { fitStandardiser, standardise } from './standardise.ts';

const training = { rows: 2, columns: 3, values: Float32Array.of(1, 0.1, 10, 3, 0.1, 30) };

it('centres and scales by the population deviation of the training rows', () => {
  const fitted = fitStandardiser(training);
  expect([...standardise(fitted, training).values]).toEqual([-1, 0, -1, 1, 0, 1]);
});

it('uses the training statistics on other rows, and maps a column constant in training to 0', () => {
  const other = { rows: 1, columns: 3, values: Float32Array.of(5, 7, 20) };
  expect([...standardise(fitStandardiser(training), other).values]).toEqual([3, 0, 0]);
});

it('is not misled by the rounding of the mean of a constant column', () => {
  const constant = { rows: 3, columns: 1, values: Float64Array.of(0.1, 0.1, 0.1) }; // their mean is 0.10000000000000002
  expect(fitStandardiser(constant).deviation[0]).toBe(0);
});

it('refuses another number of columns', () => {
  const other = { rows: 1, columns: 2, values: Float32Array.of(5, 7) };
  expect(() => standardise(fitStandardiser(training), other)).toThrow('needed the 3 features');
});
