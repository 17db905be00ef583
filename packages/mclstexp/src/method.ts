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
  images: ({ imageSizePx, augmentations }) => ({
    views: ['patch'],
    sizePx: imageSizePx,
    augmentations,
    pretrained: [{ weights: 'densenet121', prefix: 'image_encoder.model.0.' }],
  }),
  training: (config, regime) => ({
    epochs: epochsOf(config, regime),
    batchSize: config.batchSize,
    lastBatch: 'keep',
    optimiser: adam({ weightDecay: config.weightDecay }),
    schedule: constantSchedule(config.learningRate),
    patience: config.patience === 0 ? undefined : config.patience,
    chunkSize: config.chunkSize,
    standardiseFeatures: config.standardiseFeatures,
  }),
  selectedBy: (config, keys, regime) => {
    const epochs = config.patience === 0 ? `${epochsOf(config, regime)} epochs, ` : '';
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

function epochsOf({ epochs, finetuneEpochs }: Config, regime: Regime): number {
  return regime === 'frozen' ? epochs : finetuneEpochs;
}

function retrieval({ topK, topKMaxFraction, neighbourWeights }: Config) {
  return { topK, maxFraction: topKMaxFraction, weights: neighbourWeights };
}
