import type { ContrastiveMethod, Regime } from '@spotbench/core';
import { adamW, cosineSchedule, createContrastiveMethod, neighbourCount, retrievalPredictor } from '@spotbench/engine';
import { configSchema, type Config } from './config.ts';
import { TILES_NETWORK, VIT_NETWORK } from './image-features.ts';
import { loss } from './loss.ts';
import { imageEncoder, spotEncoder } from './model.ts';

/** Spots encoded together for the reference bank: they do not see each other, so the size changes no number. */
const CHUNK = 128;

/** MViTGene. */
export const method = createContrastiveMethod<Config>({
  name: 'mvitgene',
  version: '1.0.0',
  title: 'MViTGene: contrastive learning with tiles and a second vision branch',
  paper: 'MViTGene. Journal of Biomedical Informatics 2026, 105003; doi 10.1016/j.jbi.2026.105003',
  configSchema,
  views: ['patch', 'tiles'],
  build: modelOf,
  images: ({ imageSizePx, augmentations }) => ({
    views: ['patch'],
    sizePx: imageSizePx,
    augmentations,
    pretrained: [
      { weights: 'resnet50', prefix: `${TILES_NETWORK}.` },
      { weights: 'mobilevit_s', prefix: `${VIT_NETWORK}.` },
    ],
  }),
  training: (config) => ({
    epochs: config.epochs,
    batchSize: config.batchSize,
    lastBatch: 'drop',
    optimiser: adamW({ weightDecay: config.weightDecay }),
    schedule: cosineSchedule({ from: config.learningRate, to: config.finalLearningRate, per: 'epoch' }),
    patience: config.patience === 0 ? undefined : config.patience,
    chunkSize: CHUNK,
    standardiseFeatures: config.standardiseFeatures,
  }),
  selectedBy: (config, keys) => {
    const queries = config.queries === 'tiles' ? '' : ', queries as released: the whole patch, not the tiles';
    const neighbours = neighbourCount(retrieval(config), keys);
    return `fixed in advance: loss weights, ${config.epochs} epochs, ${neighbours} neighbours of ${keys} keys${queries}`;
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

function retrieval({ topK, topKMaxFraction }: Config) {
  return { topK, maxFraction: topKMaxFraction, weights: 'mean' as const };
}
