const TERMS = 3;

/** Singular values below this part of the largest are taken as 0: 100 units in the last place of float64. */
const TOLERANCE = 100 * Number.EPSILON;

/**
 * Least squares of y on 1, (x - at), (x - at)^2, rows multiplied by `weight` (the root of the usual weight). Columns are
 * brought to length 1, made orthogonal, and solved by singular values, so that neighbourhoods of one or two different x give
 * the solution of least norm. Returns value and slope at `at`.
 */
export function localQuadratic(
  x: Float64Array,
  y: Float64Array,
  at: number,
  weight: (i: number) => number,
): [value: number, slope: number] {
  const n = x.length;
  const columns = Array.from({ length: TERMS }, () => new Float64Array(n));
  const target = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const w = weight(i);
    const d = x[i] - at;
    columns[0][i] = w;
    columns[1][i] = w * d;
    columns[2][i] = w * d * d;
    target[i] = w * y[i];
  }
  const lengths = columns.map(norm);
  columns.forEach((column, c) => scale(column, lengths[c] > 0 ? 1 / lengths[c] : 1));
  const { r, projected } = orthogonalise(columns, target);
  const solution = solveBySingularValues(r, projected);
  return [solution[0] / (lengths[0] || 1), solution[1] / (lengths[1] || 1)];
}

/** Modified Gram-Schmidt, twice over: columns = Q r, projected = Q' target. Columns are overwritten by Q. */
function orthogonalise(columns: Float64Array[], target: Float64Array): { r: number[][]; projected: number[] } {
  const r = Array.from({ length: TERMS }, () => new Array<number>(TERMS).fill(0));
  const rest = target.slice();
  const projected = columns.map((column, c) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < c; k++) {
        const share = dot(columns[k], column);
        r[k][c] += share;
        subtract(column, columns[k], share);
      }
    }
    const length = norm(column);
    // What rounding leaves of a column that depends on those before it has no direction of its own.
    r[c][c] = length > TOLERANCE ? length : 0;
    scale(column, length > TOLERANCE ? 1 / length : 0);
    const share = dot(column, rest);
    subtract(rest, column, share);
    return share;
  });
  return { r, projected };
}

/** Least-norm solution of r s = b by one-sided Jacobi rotations of the columns of r. */
function solveBySingularValues(r: number[][], b: readonly number[]): number[] {
  const u = r.map((row) => [...row]);
  const v = [0, 1, 2].map((i) => [0, 1, 2].map((j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let turned = 0;
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ])
      turned = Math.max(turned, rotate(u, v, p, q));
    if (turned < Number.EPSILON) break;
  }
  const sigma = [0, 1, 2].map((j) => Math.hypot(u[0][j], u[1][j], u[2][j]));
  const least = Math.max(...sigma) * TOLERANCE;
  const coefficients = sigma.map((s, j) =>
    s > least ? (u[0][j] * b[0] + u[1][j] * b[1] + u[2][j] * b[2]) / s ** 2 : 0,
  );
  return v.map((row) => row.reduce((sum, value, j) => sum + value * coefficients[j], 0));
}

/** Makes columns p and q of u orthogonal; returns the cosine of their angle before. */
function rotate(u: number[][], v: number[][], p: number, q: number): number {
  const sum = (f: (row: number[]) => number): number => u.reduce((total, row) => total + f(row), 0);
  const [alpha, beta, gamma] = [sum((row) => row[p] ** 2), sum((row) => row[q] ** 2), sum((row) => row[p] * row[q])];
  if (gamma === 0) return 0;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  for (const row of [...u, ...v]) [row[p], row[q]] = [c * row[p] - c * t * row[q], c * t * row[p] + c * row[q]];
  return Math.abs(gamma) / Math.sqrt(alpha * beta);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

function scale(a: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] *= factor;
}

function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] -= factor * b[i];
}
