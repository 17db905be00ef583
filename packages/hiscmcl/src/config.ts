/**
 * Every option of HisCMCL with its default and where that comes from: *paper* is Bioinformatics 2026, btag342, *code* the
 * authors' repository (wenwenmin/HisCMCL, cad8a82; the command line of train.py unless it says model.py), *ours* a choice made
 * here.
 */
import { augmentationsSchema, type Augmentation } from '@spotbench/core';
import { z } from 'zod';

/** In this order. Code: as mclSTExp, dataset.py. */
const publishedAugmentations: Augmentation[] = [
  { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 },
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'rotation', degrees: 180 },
];

/** Options that both variants have. */
const shared = {
  /** The image encoder under `finetune`. Code: DenseNet-121 or ResNet-50 among others; its default, `uni`, is not in it. */
  backbone: z.enum(['densenet121', 'resnet50']).default('densenet121'),
  /** Side of the images under `finetune`, pixels. Code: 224. */
  imageSizePx: z.int().positive().default(224),
  /** What a training image goes through. Code: as here. */
  augmentations: augmentationsSchema.default(publishedAugmentations),

  /** Width of the shared embedding space. Code: 256. */
  projectionWidth: z.int().positive().default(256),
  /** Attention heads of the spot encoder. Code: 16. */
  heads: z.int().positive().default(16),
  /** Width of one head; heads * headWidth need not be the number of genes. Code: 128. */
  headWidth: z.int().positive().default(128),
  /** Transformer blocks of the spot encoder. Code: 2. */
  layers: z.int().positive().default(2),
  /** Divides the similarities in the loss. Code: 1. */
  temperature: z.number().positive().default(1),
  /** Probability of dropping an element inside the projection heads. Code: 0. */
  dropout: z.number().min(0).lt(1).default(0),

  /** Code: 1e-4, constant. */
  learningRate: z.number().positive().default(1e-4),
  /** L2 added to the gradient, not decoupled. Code: 1e-3. */
  weightDecay: z.number().min(0).default(1e-3),
  /** Code: 128, the last partial batch kept. */
  batchSize: z.int().min(2).default(128),
  /** Batches whose gradients make one update, each divided by their number. Code: 4. */
  accumulate: z.int().positive().default(4),
  /**
   * Epochs of the `frozen` regime. Ours: 30, since the heads alone are done sooner than a whole DenseNet-121: on made-up slides
   * of her2st's size (1,020 spots, 785 genes) the training loss falls from 28.9 to 5.1 in 10 epochs and to 2.3 in 30. No
   * real section was looked at.
   */
  epochs: z.int().positive().default(30),
  /** Epochs of the `finetune` regime. Code: 100. */
  finetuneEpochs: z.int().positive().default(100),
  /**
   * Epochs without a lower loss on the validation sections after which training stops; 0 runs all epochs on training and
   * validation sections together. Code: 0 (no validation).
   */
  patience: z.int().min(0).default(0),

  /** Mean 0 and variance 1 for every frozen feature over the training spots. Ours: handcrafted features have units. */
  standardiseFeatures: z.boolean().default(true),
  /** Spots encoded together for the reference bank, within a section. Code: 32, across sections. */
  chunkSize: z.int().positive().default(32),
  /** Neighbours averaged. Code: 200 (HER2+, Visium), 600 (cSCC), 800 (DLPFC). */
  topK: z.int().positive().default(200),
  /**
   * Largest share of the reference bank averaged, `null` for no cap. Ours: 0.075, as for mclSTExp, whose paper it comes from
   * (600 of some 7,950 keys in cSCC); without a cap, 200 neighbours of a small cohort are its mean.
   */
  topKMaxFraction: z.number().positive().max(1).nullable().default(0.075),
  /** Weights of the neighbours. Code: inverse-square L1 for HER2+, L2 elsewhere. */
  neighbourWeights: z.enum(['mean', 'inverse-square-l1', 'inverse-square-l2']).default('inverse-square-l1'),
};

/** Options of the released code. */
export const configSchema = z.strictObject({
  ...shared,
  /** Sides that the crop is resized to, pixels; 224 takes it as it is. Code: 224, 672 (model.py: 224, 448, 672). */
  scales: z
    .array(z.int().positive())
    .min(1)
    .refine((scales) => new Set(scales).size === scales.length, 'each scale once')
    .default([224, 672]),
  /** Whether scales are weighted by a softmax of all their features before they are fused. Code: false (model.py: true). */
  scaleAttention: z.boolean().default(false),
  /** Probability of dropping a fused feature. Code: 0.2 (model.py). */
  fusionDropout: z.number().min(0).lt(1).default(0.2),
});

/** Options of the model that the paper describes. */
export const paperConfigSchema = z.strictObject({
  ...shared,
  /** Heads of the cross-attention; the width of an image feature must be a multiple. Ours: the paper's text names none. */
  attentionHeads: z.int().positive().default(8),
});

/** A checked configuration of the released code. */
export type Config = z.infer<typeof configSchema>;
/** A checked configuration of the model that the paper describes. */
export type PaperConfig = z.infer<typeof paperConfigSchema>;
/** What both have. */
export type SharedConfig = Pick<Config & PaperConfig, keyof typeof shared>;
