import { createRandom } from '../random/random.ts';
import { kMeans } from '../transforms/k-means.ts';
import { MIN_SPOTS } from '../metrics/metric.ts';
import { adjustedRandIndex, normalisedMutualInformation } from './partitions.ts';
import type { SectionColumns } from './section-columns.ts';
import { none, similar, type SectionSimilarity, type Similarity } from './similarity.ts';

const UNDEFINED =
  'Only spots that a pathologist labelled; none for a section without labels, or with one label. A constant prediction is one cluster: 0.';
const CLUSTERS =
  'k-means (10 starts, seed 0) of the predicted expression of labelled spots, with as many clusters as the section has labels';

export const ari: Similarity = {
  name: 'ari',
  title: 'Adjusted Rand index against pathologist labels',
  formula: String.raw`\frac{\sum_{ij}\binom{n_{ij}}{2} - E}{\frac12\bigl(\sum_i\binom{a_i}{2} + \sum_j\binom{b_j}{2}\bigr) - E}, \quad E = \frac{\sum_i\binom{a_i}{2}\sum_j\binom{b_j}{2}}{\binom{n}{2}}`,
  reference: `Hubert and Arabie, Journal of Classification 2 (1985), 193-218; a: labels, b: clusters; ${CLUSTERS}`,
  genes: 'ranking set',
  range: [-0.5, 1],
  direction: 'higher is better',
  undefinedMeans: UNDEFINED,
};

export const nmi: Similarity = {
  name: 'nmi',
  title: 'Normalised mutual information with pathologist labels',
  formula: String.raw`\frac{2\, I(a; b)}{H(a) + H(b)}`,
  reference: `Vinh, Epps and Bailey, Journal of Machine Learning Research 11 (2010), 2837-2854; a: labels, b: clusters; ${CLUSTERS}`,
  genes: 'ranking set',
  range: [0, 1],
  direction: 'higher is better',
  undefinedMeans: UNDEFINED,
};

const SEED = 0;
const K_MEANS = { starts: 10, iterations: 100 };

/** ARI and NMI of clusters of the prediction against labels, by spot; spots without one are left out. */
export function clusterSimilarities(
  columns: SectionColumns,
  labels: ReadonlyMap<string, string> | undefined,
): { ari: SectionSimilarity; nmi: SectionSimilarity } {
  const both = (reason: Parameters<typeof none>[0]) => ({ ari: none(reason), nmi: none(reason) });
  if (labels === undefined) return both('no_labels');
  const rows = [...columns.spotIds.keys()].filter((i) => labels.has(columns.spotIds[i]));
  const given = rows.map((i) => labels.get(columns.spotIds[i])!);
  const count = new Set(given).size;
  if (rows.length === 0 || count < 2) return both('no_labels');
  if (rows.length < Math.max(MIN_SPOTS, count) || columns.genes.length === 0) return both('too_few');
  const found = clusterSpots(
    columns.genes.map(({ prediction }) => Float64Array.from(rows, (i) => prediction[i])),
    count,
  );
  return {
    ari: similar(adjustedRandIndex(given, found)),
    nmi: similar(normalisedMutualInformation(given, found)),
  };
}

/** Cluster of each spot, from the columns of its genes, all [N]. [N] */
export function clusterSpots(columns: readonly Float64Array[], clusters: number): number[] {
  const [N, G] = [columns[0].length, columns.length];
  const rows = Float64Array.from({ length: N * G }, (_, k) => columns[k % G][Math.floor(k / G)]);
  const centres = kMeans(rows, G, { clusters, ...K_MEANS }, createRandom(SEED, 'cluster-spots'));
  return Array.from({ length: N }, (_, i) => nearest(rows.subarray(i * G, (i + 1) * G), centres));
}

function nearest(row: Float64Array, centres: Float64Array): number {
  let best = 0;
  let least = Infinity;
  for (let from = 0; from < centres.length; from += row.length) {
    let distance = 0;
    for (let g = 0; g < row.length; g++) distance += (row[g] - centres[from + g]) ** 2;
    if (distance < least) [least, best] = [distance, from / row.length];
  }
  return best;
}
