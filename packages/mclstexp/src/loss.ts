import { symmetricContrastive } from '@spotbench/engine';
import type { Loss } from '@spotbench/core';
import type { Config } from './config.ts';

/**
 * (CE(S I^T / T, identity) + CE(I S^T / T, identity)) / 2 over the spots of the batch, S and I the un-normalised
 * embeddings of spots and images.
 *
 * Source: paper, section "Contrastive learning"; `forward` of the authors' model.py (fdd3ab1).
 */
export function loss({ temperature }: Config): Loss {
  return {
    compute({ image, spot }) {
      const total = symmetricContrastive(spot.embedding, image.embedding, temperature);
      return { total, terms: { contrastive: total } };
    },
  };
}
