import type { Random } from '../random/random.ts';
import { dotProducts } from './dense-products.ts';

export interface KMeansOptions {
  readonly clusters: number;
  /** Tries; the one with the least inertia is kept. */
  readonly starts: number;
  /** Lloyd iterations of each. */
  readonly iterations: number;
}

/**
 * Centres [K, D] of rows [N, D] that make the inertia sum_i min_k ||x_i - c_k||^2 small: Lloyd's iterations from k-means++
 * (Arthur and Vassilvitskii 2007), until no row changes its cluster. A cluster that lost its last row takes the row
 * that is farthest from its centre. Row order and seed decide the numbers; they are not scikit-learn's, whose generator
 * is another.
 */
export function kMeans(
  rows: Float64Array,
  width: number,
  { clusters, starts, iterations }: KMeansOptions,
  random: Random,
): Float64Array {
  const squares = squaredLengths(rows, width);
  let best: { centres: Float64Array; inertia: number } | undefined;
  for (let start = 0; start < starts; start++) {
    const first = plusPlus(rows, squares, width, clusters, random.fork('start', start));
    const tried = lloyd(rows, squares, width, first, iterations);
    if (best === undefined || tried.inertia < best.inertia) best = tried;
  }
  return best!.centres;
}

function squaredLengths(rows: Float64Array, width: number): Float64Array {
  const row = (i: number): Float64Array => rows.subarray(i * width, (i + 1) * width);
  return Float64Array.from({ length: rows.length / width }, (_, i) => row(i).reduce((sum, x) => sum + x * x, 0));
}

/** Rows drawn one after another, each with probability in proportion to its squared distance from the nearest drawn before. */
function plusPlus(rows: Float64Array, squares: Float64Array, width: number, k: number, random: Random): Float64Array {
  const nearest = new Float64Array(squares.length).fill(Infinity);
  const centres = new Float64Array(k * width);
  let drawn = random.integer(squares.length);
  for (let j = 0; j < k; j++) {
    if (j > 0) drawn = drawInProportion(nearest, random);
    const centre = rows.subarray(drawn * width, (drawn + 1) * width);
    centres.set(centre, j * width);
    dotProducts(rows, centre, width).forEach((dot, i) => {
      nearest[i] = Math.min(nearest[i], Math.max(0, squares[i] - 2 * dot + squares[drawn]));
    });
  }
  return centres;
}

function drawInProportion(weights: Float64Array, random: Random): number {
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  const drawn = weights.findIndex((weight) => (left -= weight) < 0);
  return drawn < 0 ? weights.length - 1 : drawn;
}

function lloyd(
  rows: Float64Array,
  squares: Float64Array,
  width: number,
  centres: Float64Array,
  iterations: number,
): { centres: Float64Array; inertia: number } {
  let found = assign(rows, squares, centres, width);
  for (let iteration = 0; iteration < iterations; iteration++) {
    centres = meansOf(rows, width, found, centres.length / width);
    const next = assign(rows, squares, centres, width);
    const settled = next.label.every((label, i) => label === found.label[i]);
    found = next;
    if (settled) break;
  }
  return { centres, inertia: found.distance.reduce((a, b) => a + b, 0) };
}

interface Assignment {
  /** Nearest centre. [N] */
  readonly label: Uint32Array;
  /** Squared distance from it. [N] */
  readonly distance: Float64Array;
}

function assign(rows: Float64Array, squares: Float64Array, centres: Float64Array, width: number): Assignment {
  const k = centres.length / width;
  const centreSquares = squaredLengths(centres, width);
  const dots = dotProducts(rows, centres, width);
  const label = new Uint32Array(squares.length);
  const distance = new Float64Array(squares.length).fill(Infinity);
  for (let i = 0; i < squares.length; i++)
    for (let j = 0; j < k; j++) {
      const away = Math.max(0, squares[i] - 2 * dots[i * k + j] + centreSquares[j]);
      if (away < distance[i]) [distance[i], label[i]] = [away, j];
    }
  return { label, distance };
}

function meansOf(rows: Float64Array, width: number, { label, distance }: Assignment, k: number): Float64Array {
  const sizes = new Uint32Array(k);
  for (const cluster of label) sizes[cluster]++;
  const left = distance.slice();
  for (let cluster = 0; cluster < k; cluster++) if (sizes[cluster] === 0) refill(cluster, label, left, sizes);
  const means = new Float64Array(k * width);
  label.forEach((cluster, i) => {
    for (let e = 0; e < width; e++) means[cluster * width + e] += rows[i * width + e] / sizes[cluster];
  });
  return means;
}

/** Moves the farthest row that does not stand alone to an empty cluster. */
function refill(cluster: number, label: Uint32Array, distance: Float64Array, sizes: Uint32Array): void {
  let far = -1;
  for (let i = 0; i < label.length; i++) if (sizes[label[i]] > 1 && (far < 0 || distance[i] > distance[far])) far = i;
  sizes[label[far]]--;
  label[far] = cluster;
  sizes[cluster] = 1;
  distance[far] = 0;
}
