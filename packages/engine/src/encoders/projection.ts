import type { Batch, NamedTensors, RandomDeclaration } from '@spotbench/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { dropoutInput, dropoutMask } from '../layers/dropout-input.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { projectionHead, projectionHeadSpecs } from '../layers/projection-head.ts';

/** Width of the shared embedding space, P, and the probability of dropping an element inside the head. */
export interface ProjectionOptions {
  readonly projectionWidth: number;
  readonly dropout: number;
}

/** A projection head as a part of an encoder: its parameters, its random numbers, and what it makes of features. */
export interface Projection {
  /** For features of that width. */
  parameters(width: number): ParameterSpecs;
  random(batchSize: number): Readonly<Record<string, RandomDeclaration>>;
  /** [B, width] to [B, P] */
  project(parameters: NamedTensors, features: Tensor, batch: Batch, mode: 'train' | 'eval'): Tensor2D;
}

/** The projection head called `name`, e.g. `image_projection`. See `projectionHead` for what it computes. */
export function projection(name: string, { projectionWidth, dropout }: ProjectionOptions): Projection {
  const random = `${name}.dropout`;
  return {
    parameters: (width) => scoped(name, projectionHeadSpecs(width, projectionWidth)),
    random: (batchSize) => dropoutInput(random, dropout, [batchSize, projectionWidth]),
    project: (parameters, features, batch, mode) =>
      projectionHead(parameters, name, features, dropoutMask(random, dropout, batch, mode)) as Tensor2D,
  };
}
