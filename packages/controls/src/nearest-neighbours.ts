import type { Fitted, Method, Slide, TrainingData, TrainingSlide } from '@spotbench/core';
import { z } from 'zod';
import type { Matrix } from './shared/matrix.ts';
import { selectOnValidation } from './shared/select.ts';
import { allSections, featuresOf, stackExpression, stackFeatures } from './shared/stack.ts';
import { fitStandardiser, standardise } from './shared/standardise.ts';
import { weightedRows } from './shared/weighted-rows.ts';

const configSchema = z.strictObject({
  /** Neighbours without validation sections. Ours: the middle of the grid. */
  k: z.int().positive().default(50),
  /** Numbers of neighbours tried on validation sections. Ours: from a single look-alike to most of a section. */
  kGrid: z.array(z.int().positive()).min(1).default([5, 10, 20, 50, 100, 200]),
});
type NeighbourConfig = z.infer<typeof configSchema>;

/**
 * ŷ = mean expression of the k training spots with the nearest frozen features (Euclidean, standardised on the training
 * spots; ties go to the earlier spot). k has the highest mean per-gene Pearson r on the validation sections; prediction then
 * uses training and validation sections. The plain form of retrieval that contrastive methods learn an embedding for.
 * @throws SpotbenchError `missing-data` without frozen features, `bad-data` without training spots.
 */
export const method: Method<NeighbourConfig> = {
  name: 'nearest-neighbours',
  version: '1',
  title: 'Nearest neighbours in feature space',
  deterministic: true,
  configSchema,
  fit: async (data, { config }) => Promise.resolve(fitNeighbours(data, config)),
};

function fitNeighbours(data: TrainingData, { k, kGrid }: NeighbourConfig): Fitted {
  const choice = selectOnValidation(
    { name: 'k', grid: kGrid, fallback: k },
    data.validation,
    retrievers(data.train, data.genes),
  );
  const predict = retrievers(allSections(data), data.genes)(choice.value);
  return {
    predict: async (slide) => Promise.resolve(predict(slide)),
    selectedBy: choice.selectedBy,
    parameterCount: 1,
  };
}

function retrievers(
  slides: readonly TrainingSlide[],
  genes: readonly string[],
): (k: number) => (slide: Slide) => Float32Array {
  const expression = stackExpression('nearest-neighbours', slides, genes);
  const features = stackFeatures('nearest-neighbours', slides);
  const standardiser = fitStandardiser(features);
  const bank = standardise(standardiser, features);
  return (k) => (slide) => {
    const queries = standardise(standardiser, featuresOf('nearest-neighbours', slide));
    return weightedRows(expression, queries.rows, (i, weights) => {
      weights.fill(0);
      for (const n of nearest(distances(bank, queries, i), k)) weights[n] = 1;
    });
  };
}

/** Squared distance from query i to every row of the bank. [N] */
function distances(bank: Matrix, queries: Matrix, i: number): Float64Array {
  const D = bank.columns;
  return Float64Array.from({ length: bank.rows }, (_, n) => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += (bank.values[n * D + d] - queries.values[i * D + d]) ** 2;
    return sum;
  });
}

/** Indices of the k smallest values, all of them where there are fewer. [min(k, N)] */
function nearest(values: Float64Array, k: number): Uint32Array {
  const order = Uint32Array.from(values.keys());
  return order.sort((a, b) => values[a] - values[b] || a - b).subarray(0, k);
}
