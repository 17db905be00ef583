import { augmentationsSchema, type Augmentation } from '@spotbench/core';
import { z } from 'zod';

/** Flips, a right-angle rotation, and the mean and deviation of ImageNet's pixels. Code: utils_data/dataset.py. */
const publishedAugmentations: Augmentation[] = [
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'vertical-flip', probability: 0.5 },
  { kind: 'right-angle-rotation' },
  { kind: 'normalise', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
];

/** A probability of dropping an element. */
const rate = z.number().min(0).lt(1);
const positive = z.int().positive();

const options = z.strictObject({
  /** Width of the shared embedding space and of the tokens of the reconstruction, P. Code: 256. */
  projectionWidth: positive.default(256),
  /** Divides the similarities in the loss. Code: 1. */
  temperature: z.number().positive().default(1),
  /** Dropout of the projection heads and of the fusion block's two branches. Code: 0.1. */
  dropout: rate.default(0.1),

  /** Tokens that a spot's expression is turned into. Code: 8 (2048 numbers, 256 a token). */
  spotTokens: positive.default(8),
  /** Alpha dropout of the spot tokens. Code: 0.25. */
  spotTokenDropout: rate.default(0.25),
  /** Probability that an element of an image token is left to the reconstruction. Code: 0.5. */
  keptFraction: z.number().gt(0).max(1).default(0.5),
  /** Heads of the attention of image tokens over spot tokens. Code: 4. */
  queryHeads: positive.default(4),
  /** Heads of the fusion block's self-attention and of its cross part. Code: 8. */
  fusionHeads: positive.default(8),
  /** How often the one fusion block is applied. Code: 2. */
  fusionPasses: positive.default(2),
  /** Width of the fusion block's feed-forward part over P. Code: 4. */
  fusionHiddenRatio: positive.default(4),
  /** Dropout of queries and keys in the fusion block's cross part. Code: 0.25. */
  crossDropout: rate.default(0.25),

  /** Side of the images that the vision transformer is trained on, pixels. Code: 224. */
  imageSizePx: positive.default(224),
  /** Side of one patch of the vision transformer, pixels. Code: 32. */
  vitPatchPx: positive.default(32),
  /** Width of its tokens. Code: 768. */
  vitWidth: positive.default(768),
  /** Its blocks. Code: 8. */
  vitDepth: positive.default(8),
  /** Its attention heads. Code: 8. */
  vitHeads: positive.default(8),
  /** What a training image goes through; of it, validation and test images get `normalise` alone. Code: as here. */
  augmentations: augmentationsSchema.default(publishedAugmentations),

  /** Code: 1e-4. */
  learningRate: z.number().positive().default(1e-4),
  /** Where the cosine ends. Code: 1e-5. */
  finalLearningRate: z.number().min(0).default(1e-5),
  /** Decoupled. Code: 1e-3. */
  weightDecay: z.number().min(0).default(1e-3),
  /** Code: 64, partial batches dropped. */
  batchSize: z.int().min(2).default(64),
  /** Epochs in the frozen regime. Ours: 30, as for the other methods here, whose heads are done sooner than an image encoder. */
  epochs: positive.default(30),
  /** Epochs in the finetune regime. Code: 60. */
  finetuneEpochs: positive.default(60),
  /**
   * Epochs without a lower loss on the validation sections after which training stops and the best epoch is taken. Code: 60,
   * which is all of them: it never stops early and keeps the best (so here, 30 or 60). 0, and folds without validation sections: the last
   * epoch, fitted on training and validation sections.
   */
  patience: z.int().min(0).default(60),

  /**
   * Side of the grid that the tokens of a frozen encoder are averaged to, `null` for all of them. Ours: 3, because the
   * reconstruction of 49 tokens takes minutes a fold on a CPU (README); the published 50 tokens in the finetune regime.
   */
  frozenTokenGrid: positive.nullable().default(3),
  /** Mean 0 and variance 1 for every frozen feature over the training spots. Ours: handcrafted features have units. */
  standardiseFeatures: z.boolean().default(true),
  /** Neighbours averaged. Code: 50. */
  topK: positive.default(50),
  /**
   * Largest share of the reference bank averaged, `null` for no cap. Ours: 0.0273, the largest share in the paper's data (50
   * of the 1,830 spots of TENX117, the only training section of one SKCM fold); without a cap, 50 neighbours of a few
   * hundred keys are on the way to the training mean.
   */
  topKMaxFraction: z.number().positive().max(1).nullable().default(0.0273),
});

/** A checked configuration of CMRCNet. */
export type Config = z.infer<typeof options>;

/**
 * Every option of CMRCNet with its default and where that comes from: *code* is the authors' repository
 * (ngfufdrdh/CMRCNet, 4c4d157), *ours* a choice made here. Where the paper's text (arXiv 2506.08854) says otherwise, the code
 * is followed; its `max_lr` of 5e-5 belongs to a warm-up of zero epochs and is never used.
 */
export const configSchema = options.superRefine((config, context) => {
  for (const [heads, width] of [
    ['queryHeads', 'projectionWidth'],
    ['fusionHeads', 'projectionWidth'],
    ['vitHeads', 'vitWidth'],
    ['vitPatchPx', 'imageSizePx'],
  ] as const) {
    if (config[width] % config[heads] === 0) continue;
    const message = `${heads} must divide ${width} (${config[width]}), got ${config[heads]}`;
    context.addIssue({ code: 'custom', path: [heads], message });
  }
});
