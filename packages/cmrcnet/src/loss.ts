import { SpotbenchError, type Loss, type Regime } from '@spotbench/core';
import { meanSquaredError, softTargetContrastive } from '@spotbench/engine';
import { add, log1p, mean, type Scalar } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { reconstruct, reconstructionRandom, reconstructionSpecs } from './reconstruction.ts';

/**
 * mean(log(1 + contrastive)) + log(1 + reconstruction): `contrastive` with soft targets, one value a spot; `reconstruction`
 * the mean squared difference of the reconstructed and the plain image embedding, with gradients to both.
 *
 * Source: paper (arXiv 2506.08854), `forward` of the authors' models.py and train.py (4c4d157).
 */
export function loss(config: Config, regime: Regime): Loss {
  return {
    parameters: (sizes) => reconstructionSpecs(config, regime, sizes),
    random: (sizes, batchSize) => reconstructionRandom(config, regime, sizes, batchSize),
    compute({ image, spot, batch, parameters }) {
      if (image.tokens === undefined) {
        throw new SpotbenchError(
          'unsupported',
          'cmrcnet: needed image tokens [B, T, D] from its image encoder, got none',
        );
      }
      const perSpot = softTargetContrastive(spot.embedding, image.embedding, config.temperature); // [B]
      const contrastive: Scalar = mean(log1p(perSpot));
      const reconstructed = reconstruct(config, parameters, image.tokens, batch); // [B, P]
      const reconstruction: Scalar = log1p(meanSquaredError(reconstructed, image.embedding));
      return { total: add(contrastive, reconstruction), terms: { contrastive, reconstruction } };
    },
  };
}
