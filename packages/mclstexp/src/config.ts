import { augmentationsSchema, type Augmentation } from '@spotbench/core';
import { z } from 'zod';

/** In this order. Code: dataset.py. */
const publishedAugmentations: Augmentation[] = [
  { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 },
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'rotation', degrees: 180 },
];

/**
 * Every option of mclSTExp with its default and where that comes from: *paper* is arXiv 2407.08216, *code* the authors'
 * repository (shizhiceng/mclSTExp, fdd3ab1), *ours* a choice made here.
 */
export const configSchema = z.strictObject({
  /** Width of the shared embedding space. Code: 256. */
  projectionWidth: z.int().positive().default(256),
  /** Attention heads of the spot encoder. Code: 8. */
  heads: z.int().positive().default(8),
  /** Width of one head; heads * headWidth need not be the number of genes. Code: 64. */
  headWidth: z.int().positive().default(64),
  /** Transformer blocks of the spot encoder. Code: 2. */
  layers: z.int().positive().default(2),
  /** Divides the similarities in the loss. Code: 1. */
  temperature: z.number().positive().default(1),
  /** Probability of dropping an element inside the projection heads. Code: 0. */
  dropout: z.number().min(0).lt(1).default(0),

  /** Side of the images that DenseNet-121 is trained on in the `finetune` regime, pixels. Code: 224. */
  imageSizePx: z.int().positive().default(224),
  /** What a training image goes through. Code: as here. */
  augmentations: augmentationsSchema.default(publishedAugmentations),

  /** Code: 1e-4, constant. */
  learningRate: z.number().positive().default(1e-4),
  /** L2 added to the gradient, not decoupled. Code: 1e-3. */
  weightDecay: z.number().min(0).default(1e-3),
  /** Code: 128, the last partial batch kept. */
  batchSize: z.int().min(2).default(128),
  /**
   * Epochs of the `frozen` regime. Ours: 30, since the heads alone are done sooner than a whole DenseNet-121: on three her2st
   * sections the score on a fourth is the same after 20 epochs and after 60 (README).
   */
  epochs: z.int().positive().default(30),
  /** Epochs of the `finetune` regime. Paper and code: 90 (HER2+, cSCC), 15 (Visium). */
  finetuneEpochs: z.int().positive().default(90),
  /**
   * Epochs without a lower loss on the validation sections after which training stops; 0 runs all epochs on training and
   * validation sections together. Code: 0 (no validation).
   */
  patience: z.int().min(0).default(0),

  /** Mean 0 and variance 1 for every frozen feature over the training spots. Ours: handcrafted features have units. */
  standardiseFeatures: z.boolean().default(true),
  /** Spots encoded together for the reference bank, within a section. Code: 32, across sections. */
  chunkSize: z.int().positive().default(32),
  /** Neighbours averaged. Code: 200 (HER2+, Visium), 600 (cSCC). */
  topK: z.int().positive().default(200),
  /**
   * Largest share of the reference bank averaged, `null` for no cap. Ours: 0.075, the largest share the paper uses (600 of
   * some 7,950 keys in cSCC); without a cap, 200 neighbours of a small cohort are its mean.
   */
  topKMaxFraction: z.number().positive().max(1).nullable().default(0.075),
  /** Weights of the neighbours. Code: inverse-square L1 for HER2+, L2 for cSCC and Visium. */
  neighbourWeights: z.enum(['mean', 'inverse-square-l1', 'inverse-square-l2']).default('inverse-square-l1'),
});

/** A checked configuration of mclSTExp. */
export type Config = z.infer<typeof configSchema>;
