import { SpotbenchError } from '@spotbench/core';

/**
 * Solves A·X = B for a symmetric positive definite A by A = L·Lᵀ, then two triangular solves. Float64, no pivoting.
 * A [n, n], B [n, m], X [n, m]; all row-major; A and B are left as they are.
 * @throws SpotbenchError `diverged` when A is not positive definite.
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const lower = cholesky(a, n);
  const x = b.slice();
  substituteForward(lower, x, n);
  substituteBack(lower, x, n);
  return x;
}

/** Lower triangular L with L·Lᵀ = A (Cholesky-Banachiewicz). [n, n] @throws as `solvePositiveDefinite` does. */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j];
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw notPositiveDefinite(i, sum);
    }
  }
  return lower;
}

function notPositiveDefinite(row: number, pivot: number): SpotbenchError {
  return new SpotbenchError(
    'diverged',
    `cholesky: matrix must be positive definite, got pivot ${pivot} in row ${row}; use a larger lambda`,
  );
}

/** L·Y = B, in place. */
function substituteForward(lower: Float64Array, x: Float64Array, n: number): void {
  const m = x.length / n;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(x, i, k, lower[i * n + k], m);
    divideRow(x, i, lower[i * n + i], m);
  }
}

/** Lᵀ·X = Y, in place. */
function substituteBack(lower: Float64Array, x: Float64Array, n: number): void {
  const m = x.length / n;
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(x, i, k, lower[k * n + i], m);
    divideRow(x, i, lower[i * n + i], m);
  }
}

function subtractRow(x: Float64Array, to: number, from: number, factor: number, m: number): void {
  for (let g = 0; g < m; g++) x[to * m + g] -= factor * x[from * m + g];
}

function divideRow(x: Float64Array, row: number, divisor: number, m: number): void {
  for (let g = 0; g < m; g++) x[row * m + g] /= divisor;
}
