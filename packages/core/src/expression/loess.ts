import { SpotbenchError } from '../errors/spotbench-error.ts';
import { localQuadratic } from './local-quadratic.ts';

/** Neighbourhoods of the tree's cells hold at most this part of a fit's neighbourhood (`cell` of loess). */
const CELL = 0.2;
/** The range of x is widened by this part at each end. */
const MARGIN = 0.005;

/** Value and slope of the local fit at a vertex. */
interface Vertex {
  readonly at: number;
  readonly value: number;
  readonly slope: number;
}

/**
 * Loess of degree 2 in one variable with a gaussian family, surface `interpolate`: local quadratic fits at the borders of the
 * cells of a k-d tree, joined by cubic Hermite polynomials, as `skmisc.loess` 0.5 (the netlib routines of Cleveland and
 * Grosse, "Computational methods for local regression", Statistics and Computing 1991) has it by default. `span` is the part
 * of the points in each neighbourhood. Returns the fitted value at each x. [n]
 * @throws SpotbenchError `bad-data` when more than a `span` of the points share one x: there is nothing to fit there.
 */
export function loess(x: Float64Array, y: Float64Array, span: number): Float64Array {
  const order = Uint32Array.from(x.keys()).sort((a, b) => x[a] - x[b] || a - b);
  const points = { x: inOrder(x, order), y: inOrder(y, order) };
  const vertices = cellBorders(points.x, span).map((at) => fitVertex(points, at, span));
  const fitted = new Float64Array(x.length);
  let cell = 0;
  order.forEach((i) => {
    // A point on a border belongs to the left cell; both give the same value there.
    while (x[i] > vertices[cell + 1].at) cell++;
    fitted[i] = hermite(vertices[cell], vertices[cell + 1], x[i]);
  });
  return fitted;
}

/** What stands at the given places. */
function inOrder(values: Float64Array, places: Uint32Array): Float64Array {
  const found = new Float64Array(places.length);
  for (let k = 0; k < places.length; k++) found[k] = values[places[k]];
  return found;
}

/** Borders of the leaves of the tree over sorted x, ascending. */
function cellBorders(x: Float64Array, span: number): number[] {
  const [low, high] = [x[0], x[x.length - 1]];
  const margin = MARGIN * Math.max(high - low, Math.max(Math.abs(low), Math.abs(high)) * 1e-3 + 1e-30);
  const [left, right] = [low - margin, high + margin];
  const most = Math.floor(x.length * span * CELL);
  const inner: number[] = [];
  const divide = (from: number, to: number, lower: number, upper: number): void => {
    if (to - from + 1 <= most) return;
    const m = middle(x, from, to);
    const cut = x[m];
    if (cut === lower || cut === upper) return;
    divide(from, m, lower, cut);
    inner.push(cut);
    divide(m + 1, to, cut, upper);
  };
  divide(0, x.length - 1, left, right);
  return [left, ...inner, right];
}

/** The last point of the lower half of `from .. to`; where it shares its x with the next, the nearest that does not. */
function middle(x: Float64Array, from: number, to: number): number {
  // Positions counted from 1, as the routines do: it decides which half an odd point joins.
  const m = Math.floor((from + 1 + to + 1) / 2) - 1;
  // 0, 1, -1, 2, -2, ...
  for (let offset = 0; m + offset < to && m + offset >= from; offset = offset > 0 ? -offset : 1 - offset) {
    if (x[m + offset] !== x[m + offset + 1]) return m + offset;
  }
  return m;
}

/** Tricube-weighted quadratic fit around `at` over the `floor(n span)` nearest points. */
function fitVertex({ x, y }: { x: Float64Array; y: Float64Array }, at: number, span: number): Vertex {
  const n = x.length;
  const size = Math.min(n, Math.floor(n * span + 1e-5));
  let from = 0;
  // The window of `size` sorted points whose farthest end is nearest.
  while (from + size < n && x[from + size] - at < at - x[from]) from++;
  const farthest = Math.max(at - x[from], x[from + size - 1] - at);
  // Squared, as the routines hold it.
  const bandwidth = farthest ** 2 * Math.max(1, span);
  if (!(bandwidth > 0))
    throw new SpotbenchError(
      'bad-data',
      `loess: needed points at different x within a span of ${span}, found ${size} at ${at}; use a larger span`,
    );
  const near = { x: x.subarray(from, from + size), y: y.subarray(from, from + size) };
  const weights = new Float64Array(size);
  for (let i = 0; i < size; i++) weights[i] = tricube(Math.sqrt((near.x[i] - at) ** 2 / bandwidth));
  const [value, slope] = localQuadratic({ ...near, weights }, at);
  return { at, value, slope };
}

const tricube = (distance: number): number => (distance < 1 ? cube(1 - cube(distance)) : 0);
const cube = (value: number): number => value * value * value;

function hermite(left: Vertex, right: Vertex, x: number): number {
  const width = right.at - left.at;
  const h = (x - left.at) / width;
  const [toLeft, toRight] = [(1 - h) ** 2 * (1 + 2 * h), h ** 2 * (3 - 2 * h)];
  const slopes = h * (1 - h) ** 2 * left.slope - h ** 2 * (1 - h) * right.slope;
  return toLeft * left.value + toRight * right.value + slopes * width;
}
