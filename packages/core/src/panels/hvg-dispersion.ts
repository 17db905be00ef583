import type { CountMatrix } from '../contracts/counts.ts';
import { librarySizes, spotCount } from '../counts/csr.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { medianTotal } from '../expression/target-rule.ts';
import {
  type GeneVariability,
  meanAndVariance,
  positions,
  rememberSmall,
  type SpotValue,
  sumsOf,
} from './hvg-batch.ts';

/** The upper quartile of the normal distribution: makes a median absolute deviation a standard deviation. */
const NORMAL_QUARTILE = 0.6744897501960817;

export interface DispersionOptions {
  readonly flavour: 'seurat' | 'cell_ranger';
  readonly topGenes: number;
  /** Number of bins of the mean, `seurat` only. */
  readonly bins: number;
  /** Molecules per spot after scaling. */
  readonly scaleTo: number | 'median';
  /** Leave genes without a molecule out of bins; scanpy does so where there are several batches. */
  readonly expressedOnly: boolean;
}

/**
 * Normalised dispersion of v = scale * count / library size: variance over mean, less its average among genes of like mean,
 * over its deviation among them. `seurat` (Satija et al. 2015) takes logarithms, bins of equal width, mean and standard
 * deviation; `cell_ranger` (Zheng et al. 2017) bins by percentile, median and median absolute deviation. Equal to
 * `scanpy.pp.highly_variable_genes` 1.11 after `normalize_total` (`target_sum` of `scaleTo`) and `log1p`. Library sizes are over all
 * measured genes, which may be more than those of `columns`. [columns.length] each
 * @throws SpotbenchError `bad-data` for `cell_ranger` when so many genes have the same mean that bins would be empty.
 */
export function dispersionVariability(
  counts: CountMatrix,
  columns: Uint32Array,
  options: DispersionOptions,
): GeneVariability {
  const totals = librarySizes(counts);
  const scale = options.scaleTo === 'median' ? medianTotal(totals) : options.scaleTo;
  const units = Float64Array.from(totals, (total) => total / scale);
  const scaled: SpotValue = (count, spot) => count / units[spot];
  // The logarithm scanpy's Seurat flavour is given it undoes, but for rounding.
  const value = options.flavour === 'seurat' ? scaled : rememberSmall((count, spot) => Math.log1p(scaled(count, spot)));
  const ofColumns = sumsOf(counts, value);
  const kept = positions(columns.length, (g) => !options.expressedOnly || ofColumns.sums[columns[g]] > 0);
  const keptColumns = kept.map((g) => columns[g]);
  const moments = meanAndVariance(ofColumns, keptColumns, spotCount(counts));
  const normalised = normalise(moments, options);
  const cutOff = nthHighest(normalised, options.topGenes);
  // Genes left out score 0, as scanpy has it.
  const score = new Float64Array(columns.length);
  const chosen = new Uint8Array(columns.length);
  kept.forEach((g, k) => {
    score[g] = normalised[k];
    chosen[g] = Number(normalised[k] >= cutOff);
  });
  return { score, chosen };
}

function normalise(
  { mean, variance }: { mean: Float64Array; variance: Float64Array },
  { flavour, bins }: DispersionOptions,
): Float64Array {
  const positive = mean.map((m) => (m === 0 ? 1e-12 : m));
  const ratio = variance.map((v, g) => v / positive[g]);
  const isSeurat = flavour === 'seurat';
  const dispersion = isSeurat ? ratio.map((d) => (d === 0 ? NaN : Math.log(d))) : ratio;
  const abscissa = isSeurat ? positive.map(Math.log1p) : positive;
  const edges = isSeurat ? equalEdges(abscissa, bins) : percentileEdges(abscissa);
  const members = Array.from({ length: edges.length + 1 }, (): number[] => []);
  for (let g = 0; g < abscissa.length; g++) members[binOf(edges, abscissa[g])].push(g);
  const normalised = new Float64Array(mean.length);
  for (const genes of members) {
    const values = genes.map((g) => dispersion[g]).filter((d) => !Number.isNaN(d));
    const [centre, spread] = isSeurat ? meanAndDeviation(values) : medianAndDeviation(values);
    for (const g of genes) normalised[g] = (dispersion[g] - centre) / spread;
  }
  return normalised;
}

/** Bins of equal width, the first widened by a thousandth of the range so that it holds the least (pandas.cut). */
function equalEdges(x: Float64Array, bins: number): number[] {
  const low = x.reduce((a, b) => Math.min(a, b), Infinity);
  const high = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const step = (high - low) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * step));
  edges[0] -= (high - low) * 0.001;
  return edges;
}

/** Edges at the 10th, 15th, ... 100th percentile, open at both ends. */
function percentileEdges(x: Float64Array): number[] {
  const sorted = x.slice().sort();
  const inner = Array.from({ length: 19 }, (_, i) => percentile(sorted, (10 + 5 * i) / 100));
  const same = inner.findIndex((edge, i) => i > 0 && edge === inner[i - 1]);
  if (same >= 0)
    throw new SpotbenchError(
      'bad-data',
      `highly variable genes (cell_ranger): more than 5% of ${x.length} genes have the mean ${inner[same]}, so bins cannot be ` +
        `told apart; leave genes out that hardly any spot has, or use another flavour`,
    );
  return [-Infinity, ...inner, Infinity];
}

/** Linear between the two nearest of the sorted values, rounded as numpy does. */
function percentile(sorted: Float64Array, part: number): number {
  const at = part * (sorted.length - 1);
  const below = Math.floor(at);
  const [a, b] = [sorted[below], sorted[Math.min(below + 1, sorted.length - 1)]];
  const t = at - below;
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/** Intervals are open to the left, closed to the right. */
function binOf(edges: readonly number[], x: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (edges[mid] < x) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** A gene alone in its bin has deviation NaN; scanpy then gives it a normalised dispersion of 1. */
function meanAndDeviation(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return [0, mean];
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (values.length - 1))];
}

function medianAndDeviation(values: readonly number[]): [number, number] {
  const centre = median(values);
  return [centre, median(values.map((value) => Math.abs(value - centre))) / NORMAL_QUARTILE];
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function nthHighest(values: Float64Array, n: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted[Math.max(0, sorted.length - n)];
}
