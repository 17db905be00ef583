import type { CountMatrix } from '../contracts/counts.ts';
import { spotCount } from '../counts/csr.ts';
import { loess } from '../expression/loess.ts';
import { columnsOf, meanAndVariance, pick, sumsOf } from './hvg-batch.ts';

/**
 * Variance of counts clipped and standardised by what is expected of their mean (Stuart et al. 2019): log10 variance is fitted
 * on log10 mean by loess of degree 2, counts are clipped at mean + deviation sqrt(N), and the variance of
 * (count - mean) / deviation is taken. Equal to `scanpy.pp.highly_variable_genes(flavor='seurat_v3')` 1.11 on raw counts. [G]
 * @throws SpotbenchError `bad-data` when too many genes share one mean for the span.
 */
export function standardisedVariance(counts: CountMatrix, genes: readonly string[], span: number): Float64Array {
  const n = spotCount(counts);
  const columns = columnsOf(counts, genes);
  const { sums, squares } = sumsOf(counts, (count) => count);
  const { mean, variance } = meanAndVariance(pick(sums, columns), pick(squares, columns), n);
  const deviation = expectedDeviation(mean, variance, span);
  const clip = deviation.map((d, g) => d * Math.sqrt(n) + mean[g]);
  const clipOfColumns = new Float64Array(counts.genes.length);
  columns.forEach((column, g) => (clipOfColumns[column] = clip[g]));
  const clipped = clippedSums(counts, clipOfColumns);
  return deviation.map((d, g) => {
    const [sum, square] = [clipped.sums[columns[g]], clipped.squares[columns[g]]];
    return (1 / ((n - 1) * d ** 2)) * (n * mean[g] ** 2 + square - 2 * sum * mean[g]);
  });
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

/** Of every column of the matrix, with a limit for each. [columns] */
function clippedSums(
  { indices, values }: CountMatrix,
  clip: Float64Array,
): { sums: Float64Array; squares: Float64Array } {
  const [sums, squares] = [new Float64Array(clip.length), new Float64Array(clip.length)];
  for (let k = 0; k < indices.length; k++) {
    const column = indices[k];
    const value = Math.min(values[k], clip[column]);
    sums[column] += value;
    squares[column] += value * value;
  }
  return { sums, squares };
}
