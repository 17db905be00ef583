import { adam, constantSchedule, createContrastiveMethod, neighbourCount, retrievalPredictor } from '@spotbench/engine';
import type { ContrastiveMethod, Regime } from '@spotbench/core';
import { configSchema, type Config } from './config.ts';
import { loss } from './loss.ts';
import { imageEncoder, spotEncoder } from './model.ts';

/** mclSTExp. */
export const method = createContrastiveMethod<Config>({
  name: 'mclstexp',
  version: '1.0.0',
  title: 'mclSTExp: contrastive learning with a spot transformer',
  paper:
    'Min, Shi, Zhang, Wan, Wang: Multimodal contrastive learning for spatial gene expression prediction using histology images. Briefings in Bioinformatics 2024, bbae551; arXiv 2407.08216',
  configSchema,
  build: modelOf,
  images: ({ imageSizePx, augmentations }) => ({ views: ['patch'], sizePx: imageSizePx, augmentations }),
  training: (config, regime) => ({
    epochs: regime === 'frozen' ? config.epochs : config.finetuneEpochs,
    batchSize: config.batchSize,
    lastBatch: 'keep',
    optimiser: adam({ weightDecay: config.weightDecay }),
    schedule: constantSchedule(config.learningRate),
    patience: config.patience === 0 ? undefined : config.patience,
    chunkSize: config.chunkSize,
    standardiseFeatures: config.standardiseFeatures,
  }),
  selectedBy: (config, keys) => {
    const epochs = config.patience === 0 ? `${config.epochs} epochs, ` : '';
    return `fixed in advance: ${epochs}${neighbourCount(retrieval(config), keys)} neighbours of ${keys} keys`;
  },
});

/** The whole model. */
export function modelOf(config: Config, regime: Regime): ContrastiveMethod {
  return {
    imageEncoder: imageEncoder(config, regime),
    spotEncoder: spotEncoder(config),
    loss: loss(config),
    predictor: retrievalPredictor(retrieval(config)),
  };
}

function retrieval({ topK, topKMaxFraction, neighbourWeights }: Config) {
  return { topK, maxFraction: topKMaxFraction, weights: neighbourWeights };
}
