import { augmentationsSchema, type Augmentation } from '@spotbench/core';
import { z } from 'zod';

/** In this order. Code: `strong_transform` of dataset.py, which also augments validation spots; here they are left as they are. */
const publishedAugmentations: Augmentation[] = [
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'vertical-flip', probability: 0.5 },
  { kind: 'right-angle-rotation' },
  { kind: 'colour-jitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  { kind: 'gaussian-blur', probability: 0.3, radius: [0.5, 1.5] },
  { kind: 'gaussian-noise', sigma: 10 },
];

const positive = z.int().positive();
const weight = z.number().min(0).default(1);

/**
 * How much each term of the loss counts. Code: all 0, "to be tuned", so that the released code trains nothing. Ours: 1 each,
 * fixed in advance.
 */
const lossWeights = z
  .strictObject({ hard: weight, soft: weight, vit: weight, mse: weight, pearson: weight })
  .refine(
    ({ hard, soft }) => hard + soft > 0,
    'hard or soft must be more than 0: no other term brings the embeddings of tiles and spots together, which prediction compares',
  )
  .prefault({});

/**
 * Every option of MViTGene with its default and where that comes from: *paper* is 10.1016/j.jbi.2026.105003, *code* the
 * authors' repository (tfgghh/MViTGene, 6f6815f), *ours* a choice made here.
 */
export const configSchema = z.strictObject({
  /** Width of the shared embedding space, P. Code: 256. */
  projectionWidth: positive.default(256),
  /** Widths inside the prediction head. Code: 256 and 128. */
  predictionWidths: z.tuple([positive, positive]).default([256, 128]),
  /** Probability of dropping an element inside the projection heads. Code: 0.55 (its config.py says 0.7, which nothing reads). */
  dropout: z.number().min(0).lt(1).default(0.55),
  /** Divides the similarities in the loss. Code: 0.3 (its config.py says 1, which nothing reads). */
  temperature: z.number().positive().default(0.3),
  /** Width of the Gaussian that turns distances into the soft targets. Code: 0.2. */
  sigma: z.number().positive().default(0.2),
  lossWeights,

  /**
   * What a query is embedded from: `tiles`, the nine tiles as in training, or `released`, the whole patch through the branch
   * that was trained on tiles. Code: `released`, which the README calls wrong. Ours: `tiles`.
   */
  queries: z.enum(['tiles', 'released']).default('tiles'),

  /** Side of the images in the `finetune` regime, pixels; tiles have a third of it, rounded down. Code: 224. */
  imageSizePx: z.int().min(3).default(224),
  /** What a training image goes through. Code: as here. */
  augmentations: augmentationsSchema.default(publishedAugmentations),

  /** Code: 1e-3. */
  learningRate: z.number().positive().default(1e-3),
  /** Where the cosine over the epochs ends. Code: 1e-6. */
  finalLearningRate: z.number().min(0).default(1e-6),
  /** Decoupled. Code: 1e-2. */
  weightDecay: z.number().min(0).default(1e-2),
  /** Code: 128, partial batches dropped. */
  batchSize: z.int().min(2).default(128),
  /** Code: 1 unless told otherwise; no published number was found. Ours: 30 as for mclSTExp, fixed before any run. */
  epochs: positive.default(30),
  /**
   * Epochs without a lower loss on the validation sections after which training stops and the best epoch is taken. Code: never
   * stops, keeps the best, on a random fifth of the training spots. Ours: 30, all of them, on validation sections. 0, and
   * folds without validation sections: the last epoch, fitted on training and validation sections.
   */
  patience: z.int().min(0).default(30),

  /** Mean 0 and variance 1 for every frozen feature over the training spots. Ours: handcrafted features have units. */
  standardiseFeatures: z.boolean().default(true),
  /** Neighbours averaged. Code: 50. */
  topK: positive.default(50),
  /**
   * Largest share of the reference bank averaged, `null` for no cap. Ours: 0.075 as for mclSTExp, so that 50 of a few hundred
   * keys are not the training mean. (The paper's own share, 50 of 6,992, would leave 7 neighbours of a thousand keys.)
   */
  topKMaxFraction: z.number().positive().max(1).nullable().default(0.075),
});

/** A checked configuration of MViTGene. */
export type Config = z.infer<typeof configSchema>;
