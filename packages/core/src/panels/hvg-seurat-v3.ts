import type { CountMatrix } from '../contracts/counts.ts';
import { spotCount } from '../counts/csr.ts';
import { loess } from '../expression/loess.ts';
import { type ColumnSums, meanAndVariance, positions, sumsOf } from './hvg-batch.ts';

/**
 * Variance of counts clipped and standardised by what is expected of their mean (Stuart et al. 2019): log10 variance is fitted
 * on log10 mean by loess of degree 2, counts are clipped at mean + deviation sqrt(N), and the variance of
 * (count - mean) / deviation is taken. Equal to `scanpy.pp.highly_variable_genes(flavor='seurat_v3')` 1.11 on raw counts. [columns.length]
 * @throws SpotbenchError `bad-data` when too many genes share one mean for the span.
 */
export function standardisedVariance(counts: CountMatrix, columns: Uint32Array, span: number): Float64Array {
  const n = spotCount(counts);
  const { sums, squares } = sumsOf(counts, (count) => count);
  const { mean, variance } = meanAndVariance({ sums, squares }, columns, n);
  const deviation = expectedDeviation(mean, variance, span);
  const clip = deviation.map((d, g) => d * Math.sqrt(n) + mean[g]);
  const clipOfColumns = new Float64Array(counts.genes.length);
  columns.forEach((column, g) => (clipOfColumns[column] = clip[g]));
  for (let spot = 0; spot < n; spot++) clipSpot(counts, spot, clipOfColumns, { sums, squares });
  return deviation.map((d, g) => {
    const [sum, square] = [sums[columns[g]], squares[columns[g]]];
    return (1 / ((n - 1) * d ** 2)) * (n * mean[g] ** 2 + square - 2 * sum * mean[g]);
  });
}

/** Genes that do not vary are left out of the fit and keep a deviation of 1. */
function expectedDeviation(mean: Float64Array, variance: Float64Array, span: number): Float64Array {
  const varying = positions(mean.length, (g) => variance[g] > 0);
  const deviation = new Float64Array(mean.length).fill(1);
  if (varying.length === 0) return deviation;
  const [x, y] = [new Float64Array(varying.length), new Float64Array(varying.length)];
  for (let k = 0; k < varying.length; k++) {
    x[k] = Math.log10(mean[varying[k]]);
    y[k] = Math.log10(variance[varying[k]]);
  }
  const fitted = loess(x, y, span);
  varying.forEach((g, k) => (deviation[g] = Math.sqrt(10 ** fitted[k])));
  return deviation;
}

/** Makes sums over counts sums over clipped counts. Few counts are above the limit of their column, so the rest is left as it is. */
function clipSpot(
  { indptr, indices, values }: CountMatrix,
  spot: number,
  limits: Float64Array,
  { sums, squares }: ColumnSums,
): void {
  const end = indptr[spot + 1];
  for (let k = indptr[spot]; k < end; k++) {
    const column = indices[k];
    const count = values[k];
    const limit = limits[column];
    if (count <= limit) continue;
    sums[column] -= count - limit;
    squares[column] -= count * count - limit * limit;
  }
}
