import {
  adam,
  constantSchedule,
  neighbourCount,
  type ContrastiveOptions,
  type ContrastiveTraining,
} from '@spotbench/engine';
import type { ImageView, Regime } from '@spotbench/core';
import type { SharedConfig } from './config.ts';
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
    images: ({ imageSizePx, augmentations }) => ({ views, sizePx: imageSizePx, augmentations }),
    selectedBy: (config, keys) => {
      const epochs = config.patience === 0 ? `${config.epochs} epochs, ` : '';
      return `fixed in advance: ${epochs}${neighbourCount(retrieval(config), keys)} neighbours of ${keys} keys`;
    },
  };
}

function training(config: SharedConfig, regime: Regime): ContrastiveTraining {
  return {
    epochs: regime === 'frozen' ? config.epochs : config.finetuneEpochs,
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
