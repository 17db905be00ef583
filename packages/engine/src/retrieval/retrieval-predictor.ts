import { SpotbenchError, type Predictor, type ReferenceBank } from '@spotbench/core';
import { cosineScores, rowNorms } from './cosine.ts';
import { neighbourCount, type NeighbourCountOptions } from './neighbour-count.ts';
import { neighbourWeights, type NeighbourWeights, type Rows } from './neighbour-weights.ts';
import { topK } from './top-k.ts';

/** How many neighbours, and how much each counts. */
export interface RetrievalOptions extends NeighbourCountOptions {
  readonly weights: NeighbourWeights;
}

/**
 * Predicts the weighted mean expression of a query's nearest keys by cosine similarity. Exact; one query at a time, so
 * that memory stays at one number a key whatever the number of queries.
 *
 * Source: evaluation code of mclSTExp, HisCMCL, CMRCNet and MViTGene: the same rule with other weights and k.
 */
export function retrievalPredictor(options: RetrievalOptions): Predictor {
  return { predict: (queries, bank) => Promise.resolve().then(() => predictAll(queries, bank, options)) };
}

function predictAll(queries: Float32Array, bank: ReferenceBank, options: RetrievalOptions): Float32Array {
  const { width, geneCount } = bank;
  requireWhole(queries, bank);
  const keys: Rows = { values: bank.embeddings, width };
  const norms = rowNorms(keys);
  const scores = new Float64Array(norms.length);
  const count = neighbourCount(options, norms.length);
  const predictions = new Float32Array((queries.length / width) * geneCount);
  for (let n = 0; n < queries.length / width; n++) {
    const query = queries.subarray(n * width, (n + 1) * width);
    cosineScores(query, keys, norms, scores);
    const neighbours = topK(scores, count);
    const weights = neighbourWeights(options.weights, query, keys, neighbours);
    predictions.set(weightedMean(bank, neighbours, weights), n * geneCount);
  }
  return predictions;
}

/** sum_j w_j expression_j over the neighbours, summed in float64. [G] */
function weightedMean(
  { expression, geneCount }: ReferenceBank,
  neighbours: Uint32Array,
  weights: Float64Array,
): Float64Array {
  const mean = new Float64Array(geneCount);
  neighbours.forEach((key, j) => {
    const weight = weights[j];
    for (let g = 0, at = key * geneCount; g < geneCount; g++, at++) mean[g] += weight * expression[at];
  });
  return mean;
}

function requireWhole(queries: Float32Array, { embeddings, expression, width, geneCount }: ReferenceBank): void {
  const keys = embeddings.length / width;
  if (queries.length % width === 0 && Number.isInteger(keys) && expression.length === keys * geneCount) return;
  throw new SpotbenchError(
    'bad-config',
    `retrieval: needed queries and keys of width ${width} and expression [keys, ${geneCount}], got ${queries.length}, ${embeddings.length} and ${expression.length} numbers`,
  );
}
