import { symmetricContrastive } from '@spotbench/engine';
import type { Loss } from '@spotbench/core';
import type { SharedConfig } from './config.ts';

/**
 * (CE(S I^T / T, identity) + CE(I S^T / T, identity)) / 2 over the spots of the batch, S and I the un-normalised
 * embeddings of spots and images; mclSTExp's loss.
 *
 * Source: `forward` of `mclSTExp_Attention` in the authors' model.py (cad8a82).
 */
export function loss({ temperature }: Pick<SharedConfig, 'temperature'>): Loss {
  return {
    compute({ image, spot }) {
      const total = symmetricContrastive(spot.embedding, image.embedding, temperature);
      return { total, terms: { contrastive: total } };
    },
  };
}
