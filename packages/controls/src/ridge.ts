import type { Fitted, Method, TrainingData, TrainingSlide } from '@spotbench/core';
import { z } from 'zod';
import { solvePositiveDefinite } from './shared/cholesky.ts';
import { affine, columnMeans, crossMoment } from './shared/matrix.ts';
import type { Matrix } from './shared/matrix.ts';
import { selectOnValidation } from './shared/select.ts';
import { allSections, featuresOf, stackExpression, stackFeatures } from './shared/stack.ts';
import { fitStandardiser, standardise } from './shared/standardise.ts';
import type { Standardiser } from './shared/standardise.ts';

const configSchema = z.strictObject({
  /** Penalty per spot when a fold has no validation section. Ours: the middle of the grid on a log scale. */
  lambda: z.number().positive().default(0.1),
  /** Penalties tried on validation sections. Ours: with standardised features 1e-3 hardly shrinks and 10 shrinks nearly all. */
  lambdaGrid: z.array(z.number().positive()).min(1).default([0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]),
});
type RidgeConfig = z.infer<typeof configSchema>;

/**
 * Linear regression of every gene on the frozen features Z, standardised on the training spots, with an L2 penalty:
 * W = (ZᵀZ/N + λI)⁻¹ Zᵀ(Y - ȳ)/N, ŷ = ȳ + zW. λ has the highest mean per-gene Pearson r on the validation sections; then
 * standardisation and weights are fitted once more on training and validation sections together. What the encoder alone
 * gives; a method that trains a network on the same features has to beat it.
 * @throws SpotbenchError `missing-data` without frozen features, `bad-data` without training spots.
 */
export const method: Method<RidgeConfig> = {
  name: 'ridge',
  version: '1',
  title: 'Ridge regression on the frozen features',
  deterministic: true,
  configSchema,
  fit: async (data, { config }) => Promise.resolve(fitRidge(data, config)),
};

function fitRidge(data: TrainingData, { lambda, lambdaGrid }: RidgeConfig): Fitted {
  const choice = selectOnValidation(
    { name: 'lambda', grid: lambdaGrid, fallback: lambda },
    data.validation,
    predictors(data.train, data.genes),
  );
  const predict = predictors(allSections(data), data.genes)(choice.value);
  const features = featuresOf('ridge', allSections(data)[0]).columns;
  return {
    predict: async (slide) => Promise.resolve(predict(slide)),
    selectedBy: choice.selectedBy,
    parameterCount: (features + 1) * data.genes.length,
  };
}

/** Moments of the sections once; from them, a predictor for any λ. */
function predictors(slides: readonly TrainingSlide[], genes: readonly string[]): (lambda: number) => Predict {
  const expression = stackExpression('ridge', slides, genes);
  const features = stackFeatures('ridge', slides);
  const standardiser = fitStandardiser(features);
  const z = standardise(standardiser, features);
  const offset = columnMeans(expression);
  const gram = crossMoment(z, z); // [D, D]
  // Z has column means 0, so ZᵀY = Zᵀ(Y - ȳ) and Y need not be centred.
  const cross = crossMoment(z, expression); // [D, G]
  return (lambda) => predictor(standardiser, ridgeWeights({ gram, cross, lambda, size: features.columns }), offset);
}

type Predict = (slide: Parameters<typeof featuresOf>[1]) => Float32Array;

function predictor(standardiser: Standardiser, weights: Float64Array, offset: Float64Array): Predict {
  return (slide) => {
    const features: Matrix = featuresOf('ridge', slide);
    return affine(standardise(standardiser, features), weights, offset);
  };
}

interface RidgeSystem {
  /** ZᵀZ/N. [D, D] */
  readonly gram: Float64Array;
  /** ZᵀY/N. [D, G] */
  readonly cross: Float64Array;
  readonly lambda: number;
  readonly size: number;
}

/** W = (gram + λI)⁻¹ cross. [D, G] */
export function ridgeWeights({ gram, cross, lambda, size }: RidgeSystem): Float64Array {
  const penalised = gram.slice();
  for (let d = 0; d < size; d++) penalised[d * size + d] += lambda;
  return solvePositiveDefinite(penalised, cross, size);
}
