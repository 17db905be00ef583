/** A made-up cohort whose tiles and patches decide the expression, and fits on it. */
import { createRandom, type FitContext, type TrainingData } from '@spotbench/core';
import { plantedSlides } from '@spotbench/engine/conformance';
import { meanPearson } from '@spotbench/engine/testing';
import { configSchema, method, type Config } from '../src/index.ts';

export const [N, G, D] = [60, 12, 10];

const [first, second, third, held] = plantedSlides({
  sections: 4,
  spots: N,
  features: D,
  genes: G,
  noise: 0.3,
  seed: 4,
  views: { tiles: 9 },
});
export const data: TrainingData = { genes: held.expression.genes, train: [first, second], validation: [third] };
const { expression, ...slide } = held;
/** The held-out section as it is predicted from, and the truth about it. */
export const query = slide;
export const answer = expression;

/** Three steps an epoch: they have to be larger than for thousands of spots. */
const small = {
  epochs: 20,
  batchSize: 32,
  learningRate: 5e-3,
  projectionWidth: 16,
  dropout: 0.1,
  topKMaxFraction: 0.1,
};

export function contextOf(config: Partial<Config>, changes: Partial<FitContext<Config>> = {}): FitContext<Config> {
  return {
    config: configSchema.parse({ ...small, ...config }),
    regime: 'frozen',
    seed: 0,
    random: createRandom(0, 'cell'),
    engine: 'onnx',
    device: 'cpu',
    ...changes,
  };
}

export async function fitAndPredict(
  config: Partial<Config> = {},
  changes: Partial<FitContext<Config>> = {},
  on: TrainingData = data,
) {
  const fitted = await method.fit(on, contextOf(config, changes));
  const predicted = await fitted.predict(query);
  await fitted.dispose!();
  return { predicted, selectedBy: fitted.selectedBy, parameterCount: fitted.parameterCount };
}

/** Mean over genes of the Pearson correlation over the spots of the held-out section. */
export const score = (predicted: Float32Array): number => meanPearson(predicted, answer.values, G);
