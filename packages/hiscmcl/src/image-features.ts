import { projection, type ParameterSpecs } from '@spotbench/engine';
import type { Batch, Encoder, ModelSizes, NamedTensors, RandomDeclaration } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SharedConfig } from './config.ts';

/** The part of an image encoder in front of its projection head; the variants differ in this alone. */
export interface ImageFeatures {
  parameters(sizes: ModelSizes): ParameterSpecs;
  /** Width of the features, D. */
  width(sizes: ModelSizes): number;
  random?(sizes: ModelSizes, batchSize: number): Readonly<Record<string, RandomDeclaration>>;
  /** One vector a spot [B, D], and running statistics after a training batch. */
  extract(parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval'): { features: Tensor; updates: NamedTensors };
}

/** Features, then the image projection head: [B, D] to [B, P]. */
export function imageEncoder(config: SharedConfig, features: ImageFeatures): Encoder {
  const head = projection('image_projection', config);
  return {
    parameters: (sizes) => ({ ...features.parameters(sizes), ...head.parameters(features.width(sizes)) }),
    random: (sizes, batchSize) => ({ ...features.random?.(sizes, batchSize), ...head.random(batchSize) }),
    encode(parameters, batch, mode) {
      const { features: extracted, updates } = features.extract(parameters, batch, mode); // [B, D]
      return { embedding: head.project(parameters, extracted, batch, mode), updates }; // [B, P]
    },
  };
}
