import type { CountMatrix } from '../contracts/counts.ts';
import { spotCount } from '../counts/csr.ts';
import { loess } from '../expression/loess.ts';
import { meanAndVariance, sumsOf } from './hvg-batch.ts';

/**
 * Variance of counts clipped and standardised by what is expected of their mean (Stuart et al. 2019): log10 variance is fitted
 * on log10 mean by loess of degree 2, counts are clipped at mean + deviation sqrt(N), and the variance of
 * (count - mean) / deviation is taken. Equal to `scanpy.pp.highly_variable_genes(flavor='seurat_v3')` 1.11 on raw counts. [G]
 * @throws SpotbenchError `bad-data` when too many genes share one mean for the span.
 */
export function standardisedVariance(counts: CountMatrix, span: number): Float64Array {
  const n = spotCount(counts);
  const { sums, squares } = sumsOf(counts, (count) => count);
  const { mean, variance } = meanAndVariance(sums, squares, n);
  const deviation = expectedDeviation(mean, variance, span);
  const clip = deviation.map((d, g) => d * Math.sqrt(n) + mean[g]);
  const clipped = clippedSums(counts, clip);
  return deviation.map(
    (d, g) => (1 / ((n - 1) * d ** 2)) * (n * mean[g] ** 2 + clipped.squares[g] - 2 * clipped.sums[g] * mean[g]),
  );
}

/** Genes that do not vary are left out of the fit and keep a deviation of 1. */
function expectedDeviation(mean: Float64Array, variance: Float64Array, span: number): Float64Array {
  const varying = Uint32Array.from(mean.keys()).filter((g) => variance[g] > 0);
  const deviation = new Float64Array(mean.length).fill(1);
  if (varying.length === 0) return deviation;
  const x = Float64Array.from(varying, (g) => Math.log10(mean[g]));
  const y = Float64Array.from(varying, (g) => Math.log10(variance[g]));
  const fitted = loess(x, y, span);
  varying.forEach((g, k) => (deviation[g] = Math.sqrt(10 ** fitted[k])));
  return deviation;
}

function clippedSums(counts: CountMatrix, clip: Float64Array): { sums: Float64Array; squares: Float64Array } {
  const [sums, squares] = [new Float64Array(clip.length), new Float64Array(clip.length)];
  for (let k = 0; k < counts.indices.length; k++) {
    const g = counts.indices[k];
    const value = Math.min(counts.values[k], clip[g]);
    sums[g] += value;
    squares[g] += value ** 2;
  }
  return { sums, squares };
}
