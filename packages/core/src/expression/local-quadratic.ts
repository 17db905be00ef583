/** Singular values below this part of the largest are taken as 0: 100 units in the last place of float64. */
const TOLERANCE = 100 * Number.EPSILON;

/** Points in one variable, each counted `weights` times. [n] each */
export interface WeightedPoints {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Least squares of y on 1, d and d^2, d = x - at, brought to length 1 over the points. They are written in polynomials orthogonal
 * over the points, 1, d - a and (d - c)(d - a) - b (Forsythe, "Generation and use of orthogonal polynomials for data-fitting with
 * a digital computer", J. SIAM 5, 1957), and solved by singular values, so that neighbourhoods of one or two different x give
 * the solution of least norm. Returns value and slope at `at`.
 */
export function localQuadratic(points: WeightedPoints, at: number): [value: number, slope: number] {
  const zeroth = project(points, at, 0, 0, 0, 0);
  const a = zeroth.centre;
  const first = project(points, at, 1, a, 0, 0);
  const b = first.square > 0 ? first.square / zeroth.square : 0;
  const c = first.centre;
  const second = project(points, at, 2, a, b, c);
  const norms = [zeroth, first, second].map(({ square }) => Math.sqrt(square));
  // 1, d and d^2 in the polynomials.
  const columns = [
    [norms[0], 0, 0],
    [a * norms[0], norms[1], 0],
    [(a ** 2 + b) * norms[0], (a + c) * norms[1], norms[2]],
  ];
  const lengths = columns.map((column) => Math.hypot(...column) || 1);
  const r = [0, 1, 2].map((row) => columns.map((column, k) => column[row] / lengths[k]));
  const projected = [zeroth, first, second].map(({ share }, k) => share * norms[k]);
  const solution = solveBySingularValues(r, projected);
  return [solution[0] / lengths[0], solution[1] / lengths[1]];
}

/** What a polynomial q is over the points. */
interface Projection {
  /** Sum of q^2. */
  readonly square: number;
  /** Mean of d weighted by q^2. */
  readonly centre: number;
  /** How often q is in y. */
  readonly share: number;
}

/** Of the polynomial of that degree: 1, d - a or (d - c)(d - a) - b. */
function project(
  { x, y, weights }: WeightedPoints,
  at: number,
  degree: number,
  a: number,
  b: number,
  c: number,
): Projection {
  let square = 0;
  let moment = 0;
  let product = 0;
  let whole = 0;
  for (let i = 0; i < x.length; i++) {
    const d = x[i] - at;
    const q = degree === 0 ? 1 : degree === 1 ? d - a : (d - c) * (d - a) - b;
    const power = degree === 0 ? 1 : degree === 1 ? d : d * d;
    const weighted = weights[i] * q;
    square += weighted * q;
    moment += weighted * q * d;
    product += weighted * y[i];
    whole += weights[i] * power * power;
  }
  // What rounding leaves of a power of d that depends on those before it has no direction of its own.
  if (!(square > TOLERANCE ** 2 * whole)) return { square: 0, centre: 0, share: 0 };
  return { square, centre: moment / square, share: product / square };
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
