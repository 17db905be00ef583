import type { Regime } from '@spotbench/core';
import {
  adamW,
  cosineSchedule,
  createContrastiveMethod,
  neighbourCount,
  retrievalPredictor,
  type Schedule,
} from '@spotbench/engine';
import { configSchema, type Config } from './config.ts';
import { loss } from './loss.ts';
import { imageEncoder, spotEncoder } from './model.ts';

/** Spots encoded together for the reference bank: they do not see each other, so the size changes no number. */
const CHUNK = 128;

/** CMRCNet. */
export const method = createContrastiveMethod<Config>({
  name: 'cmrcnet',
  version: '1.1.0',
  title: 'CMRCNet: contrastive learning with cross-modal masked reconstruction',
  paper:
    'Liu, Eckstein, Wang, Feuerhake, Merhof: Spatial transcriptomics expression prediction from histopathology based on cross-modal mask reconstruction and contrastive learning. Medical Image Analysis 108 (2025) 103889; arXiv 2506.08854',
  configSchema,
  views: ['tokens'],
  build: (config, regime) => ({
    imageEncoder: imageEncoder(config, regime),
    spotEncoder: spotEncoder(config),
    loss: loss(config, regime),
    predictor: retrievalPredictor(retrieval(config)),
  }),
  images: ({ imageSizePx, augmentations }) => ({ views: ['patch'], sizePx: imageSizePx, augmentations }),
  training: (config, regime) => ({
    epochs: epochsOf(config, regime),
    batchSize: config.batchSize,
    lastBatch: 'drop',
    optimiser: adamW({ weightDecay: config.weightDecay }),
    schedule: publishedCosine(config),
    patience: config.patience === 0 ? undefined : config.patience,
    chunkSize: CHUNK,
    standardiseFeatures: config.standardiseFeatures,
  }),
  selectedBy: (config, keys, regime) =>
    `fixed in advance: ${epochsOf(config, regime)} epochs, ${neighbourCount(retrieval(config), keys)} neighbours of ${keys} keys`,
});

/**
 * A cosine over the epochs, one epoch ahead: the authors' scheduler steps before an epoch instead of after it, so that the
 * first epoch already runs at the second rate and the last one at the final rate.
 *
 * Source: train.py and tricks/lr/lr_scheduler.py of the authors' code (4c4d157).
 */
export function publishedCosine({ learningRate, finalLearningRate }: Config): Schedule {
  const cosine = cosineSchedule({ from: learningRate, to: finalLearningRate, per: 'epoch' });
  return (moment) => cosine({ ...moment, update: moment.update + moment.updatesPerEpoch });
}

function epochsOf({ epochs, finetuneEpochs }: Config, regime: Regime): number {
  return regime === 'frozen' ? epochs : finetuneEpochs;
}

function retrieval({ topK, topKMaxFraction }: Config) {
  return { topK, maxFraction: topKMaxFraction, weights: 'mean' as const };
}
