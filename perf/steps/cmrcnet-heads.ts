import { configSchema, imageEncoder, loss, spotEncoder } from '@spotbench/cmrcnet';
import { adamW } from '@spotbench/engine';
import { trainingCase, type TrainingCase } from './training-case.ts';

export const [GENES, TOKENS, WIDTH] = [785, 49, 768];

/** CMRCNet's heads and reconstruction on cached image tokens (49 of width 768): 785 genes, AdamW, dropout as published. */
export function cmrcnetHeads(batch: number): TrainingCase {
  const config = configSchema.parse({ frozenTokenGrid: null });
  return trainingCase(batch, {
    image: imageEncoder(config, 'frozen'),
    spot: spotEncoder(config),
    loss: loss(config, 'frozen'),
    sizes: { featureWidth: WIDTH, tokens: { tokens: TOKENS }, imageSizePx: 0, geneCount: GENES, positionCount: 1 },
    view: 'tokens',
    optimiser: adamW({ weightDecay: 1e-3 }),
  });
}
