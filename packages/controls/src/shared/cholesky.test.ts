import { createRandom } from '@spotbench/core';
import { expect, it } from 'vitest';
import { cholesky, solvePositiveDefinite } from './cholesky.ts';

it('factors a matrix a person can check', () => {
  // [[4, 2], [2, 5]] = [[2, 0], [1, 2]] · [[2, 1], [0, 2]]
  expect([...cholesky(Float64Array.of(4, 2, 2, 5), 2)]).toEqual([2, 0, 1, 2]);
});

it('solves random systems with several right-hand sides', () => {
  const n = 12;
  const m = 5;
  const random = createRandom(3, 'cholesky');
  const root = Float64Array.from({ length: n * n }, () => random.normal());
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) a[i * n + j] += root[i * n + k] * root[j * n + k];
      if (i === j) a[i * n + j] += 1;
    }
  const x = Float64Array.from({ length: n * m }, () => random.normal());
  const b = new Float64Array(n * m);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) for (let g = 0; g < m; g++) b[i * m + g] += a[i * n + k] * x[k * m + g];
  const solved = solvePositiveDefinite(a, b, n);
  for (const [i, value] of solved.entries()) expect(value).toBeCloseTo(x[i], 9); // condition number below 100
});

it('refuses a matrix that is not positive definite', () => {
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow('must be positive definite, got pivot -3 in row 1');
});
