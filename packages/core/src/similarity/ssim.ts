import type { SectionColumns } from './section-columns.ts';
import type { SectionLayout } from './section-layout.ts';
import { none, similar, type SectionSimilarity, type Similarity } from './similarity.ts';

/** Side of the window, spots; and the constants of the paper. As scikit-image has them. */
const WINDOW = 7;
const K1 = 0.01;
const K2 = 0.03;

export const ssim: Similarity = {
  name: 'ssim',
  title: 'Structural similarity on the array',
  formula: String.raw`\frac{(2\mu_t\mu_p + c_1)(2\sigma_{tp} + c_2)}{(\mu_t^2 + \mu_p^2 + c_1)(\sigma_t^2 + \sigma_p^2 + c_2)}`,
  reference:
    'Wang, Bovik, Sheikh and Simoncelli, IEEE Transactions on Image Processing 13 (2004), 600-612; uniform 7 x 7 window, c = (0.01 L)^2 and (0.03 L)^2 with L the range of the truth, as scikit-image has it. Each gene is laid out on the array (places without a spot: the mean of its own map), averaged over windows around spots, then over genes',
  genes: 'ranking set',
  range: [-1, 1],
  direction: 'higher is better',
  undefinedMeans:
    'Genes of constant truth are left out; a constant prediction has a value. None for a section whose array is narrower than 7 spots.',
};

/** Mean SSIM of the maps of genes. */
export function ssimSimilarity({ genes }: SectionColumns, { raster }: SectionLayout): SectionSimilarity {
  if (Math.min(raster.height, raster.width) < WINDOW) return none('no_raster');
  if (genes.length === 0) return none('constant_truth');
  const window = windowOf(raster);
  const values = genes.map(({ truth, prediction }) =>
    meanSsim(rasterised(truth, raster), rasterised(prediction, raster), rangeOf(truth), window),
  );
  return similar(values.reduce((sum, value) => sum + value, 0) / values.length);
}

type Raster = SectionLayout['raster'];

/** A gene's map on the array: the mean where spots share a place, the mean of all spots where there is none. [H, W] */
function rasterised(values: Float32Array, { height, width, cells }: Raster): Float64Array {
  const sums = new Float64Array(height * width);
  const counts = new Uint32Array(height * width);
  for (const [k, cell] of cells.entries()) {
    sums[cell] += values[k];
    counts[cell]++;
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return sums.map((sum, cell) => (counts[cell] === 0 ? mean : sum / counts[cell]));
}

/** Places in the window around each place that has a spot, mirrored at the border (edge repeated). */
function windowOf({ height, width, cells }: Raster): Uint32Array[] {
  const half = (WINDOW - 1) / 2;
  const offsets = Array.from({ length: WINDOW }, (_, i) => i - half);
  return [...new Set(cells)].map((cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    return Uint32Array.from(
      offsets.flatMap((dy) => offsets.map((dx) => mirrored(row + dy, height) * width + mirrored(column + dx, width))),
    );
  });
}

function mirrored(at: number, size: number): number {
  if (at < 0) return -at - 1;
  return at < size ? at : 2 * size - 1 - at;
}

function meanSsim(t: Float64Array, p: Float64Array, range: number, windows: readonly Uint32Array[]): number {
  const c1 = (K1 * range) ** 2;
  const c2 = (K2 * range) ** 2;
  return windows.reduce((sum, window) => sum + windowSsim(t, p, window, c1, c2), 0) / windows.length;
}

function windowSsim(t: Float64Array, p: Float64Array, window: Uint32Array, c1: number, c2: number): number {
  let tSum = 0;
  let pSum = 0;
  for (const cell of window) {
    tSum += t[cell];
    pSum += p[cell];
  }
  const n = window.length;
  const [tMean, pMean] = [tSum / n, pSum / n];
  let tSquares = 0;
  let pSquares = 0;
  let products = 0;
  for (const cell of window) {
    tSquares += (t[cell] - tMean) ** 2;
    pSquares += (p[cell] - pMean) ** 2;
    products += (t[cell] - tMean) * (p[cell] - pMean);
  }
  const luminance = (2 * tMean * pMean + c1) / (tMean ** 2 + pMean ** 2 + c1);
  return (luminance * ((2 * products) / (n - 1) + c2)) / ((tSquares + pSquares) / (n - 1) + c2);
}

function rangeOf(values: Float32Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}
