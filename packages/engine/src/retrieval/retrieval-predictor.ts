import { SpotbenchError, type Predictor, type ReferenceBank } from '@spotbench/core';
import { rowLengths, type Rows } from './embeddings.ts';
import { nearestKeys } from './nearest-keys.ts';
import { neighbourCount, type NeighbourCountOptions } from './neighbour-count.ts';
import { neighbourWeights, type NeighbourWeights } from './neighbour-weights.ts';
import { weightedMean } from './weighted-mean.ts';

/** How many neighbours, and how much each counts. */
export interface RetrievalOptions extends NeighbourCountOptions {
  readonly weights: NeighbourWeights;
  /** CPU threads; ONNX Runtime's default is one per physical core. */
  readonly threads?: number;
}

/**
 * Predicts the weighted mean expression of a query's nearest keys by cosine similarity: exact, ties by lowest key. Beyond
 * queries, bank and prediction it needs 8 bytes a query and key for their lengths and the blocks of `nearestKeys`.
 *
 * Source: evaluation code of mclSTExp, HisCMCL, CMRCNet and MViTGene: the same rule with other weights and k.
 *
 * @throws SpotbenchError `bad-config` when there are fewer keys than neighbours or arrays do not fit together; `diverged`
 * naming the first query or key that is not finite.
 */
export function retrievalPredictor(options: RetrievalOptions): Predictor {
  return {
    requireKeys: (keys) => void neighbourCount(options, keys),
    predict: (queries, bank) => predictAll(queries, bank, options),
  };
}

async function predictAll(
  values: Float32Array,
  bank: ReferenceBank,
  { weights, threads, ...options }: RetrievalOptions,
): Promise<Float32Array> {
  const { width, geneCount } = bank;
  requireWhole(values, bank);
  const [queries, keys]: Rows[] = [values, bank.embeddings].map((rows) => ({ values: rows, width }));
  const queryLengths = rowLengths(queries, (row) => `query ${row}`);
  const keyLengths = rowLengths(keys, (row) => `key ${row}${spotOf(bank, row)}`);
  const count = neighbourCount(options, keyLengths.length);
  const predictions = new Float32Array(queryLengths.length * geneCount);
  await nearestKeys({ queries, queryLengths, keys, keyLengths, count, threads }, (query, neighbours) => {
    const row = values.subarray(query * width, (query + 1) * width);
    const shares = neighbourWeights(weights, row, keys, neighbours);
    predictions.set(weightedMean(bank, neighbours, shares), query * geneCount);
  });
  return predictions;
}

function spotOf({ sections, spotIds }: ReferenceBank, row: number): string {
  return row in spotIds ? ` (section ${sections[row]}, spot ${spotIds[row]})` : '';
}

function requireWhole(queries: Float32Array, { embeddings, expression, width, geneCount }: ReferenceBank): void {
  const keys = embeddings.length / width;
  if (queries.length % width === 0 && Number.isInteger(keys) && expression.length === keys * geneCount) return;
  throw new SpotbenchError(
    'bad-config',
    `retrieval: needed queries and keys of width ${width} and expression [keys, ${geneCount}], got ${queries.length}, ${embeddings.length} and ${expression.length} numbers`,
  );
}
