import {
  adam,
  constantSchedule,
  neighbourCount,
  type ContrastiveOptions,
  type ContrastiveTraining,
} from '@spotbench/engine';
import type { ImageView, Regime } from '@spotbench/core';
import type { SharedConfig } from './config.ts';
import { BACKBONE_NAMES } from './backbone.ts';
import { retrieval } from './model.ts';

/** Everything about a variant that does not depend on which it is. */
export function trainingOptions(
  views: readonly ImageView[],
): Pick<ContrastiveOptions<SharedConfig>, 'training' | 'images' | 'selectedBy' | 'paper' | 'version'> {
  return {
    version: '1.0.0',
    paper:
      'HisCMCL: cross-modal contrastive learning with hierarchical multi-scale fusion for spatial expression prediction. Bioinformatics 2026, btag342',
    training,
    images: ({ imageSizePx, augmentations, backbone }) => ({
      views,
      sizePx: imageSizePx,
      augmentations,
      pretrained: [{ weights: backbone, prefix: `${BACKBONE_NAMES[backbone]}.` }],
    }),
    selectedBy: (config, keys, regime) => {
      const epochs = config.patience === 0 ? `${epochsOf(config, regime)} epochs, ` : '';
      return `fixed in advance: ${epochs}${neighbourCount(retrieval(config), keys)} neighbours of ${keys} keys`;
    },
  };
}

function training(config: SharedConfig, regime: Regime): ContrastiveTraining {
  return {
    epochs: epochsOf(config, regime),
    batchSize: config.batchSize,
    lastBatch: 'keep',
    optimiser: adam({ weightDecay: config.weightDecay }),
    schedule: constantSchedule(config.learningRate),
    accumulate: config.accumulate,
    patience: config.patience === 0 ? undefined : config.patience,
    chunkSize: config.chunkSize,
    standardiseFeatures: config.standardiseFeatures,
  };
}

function epochsOf({ epochs, finetuneEpochs }: SharedConfig, regime: Regime): number {
  return regime === 'frozen' ? epochs : finetuneEpochs;
}
