import { adam } from '@spotbench/engine';
import { configSchema, imageEncoder, loss, spotEncoder } from '@spotbench/mclstexp';
import { trainingCase, type TrainingCase } from './training-case.ts';

export const [GENES, FEATURES, POSITIONS] = [785, 1024, 64];

/** mclSTExp's heads on cached features: 785 genes, 1024 features, position tables of 64 rows, Adam, no dropout. */
export function mclstexpHeads(batch: number): TrainingCase {
  const config = configSchema.parse({ dropout: 0 });
  return trainingCase(batch, {
    image: imageEncoder(config),
    spot: spotEncoder(config),
    loss: loss(config),
    sizes: { featureWidth: FEATURES, tokens: {}, imageSizePx: 0, geneCount: GENES, positionCount: POSITIONS },
    view: 'patch',
    optimiser: adam({ weightDecay: 1e-3 }),
  });
}
