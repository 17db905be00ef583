import type { Batch, ContrastiveMethod, ModelSizes, NamedTensors } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { TensorMap } from '../compile/contract.ts';
import { modelParameters } from '../contrastive/contrastive-model.ts';
import type { HostArrays } from '../host-array.ts';
import { similarityLogits } from '../losses/contrastive.ts';
import { adam } from '../optimisers/adam.ts';
import type { GoldenModel } from './golden-adapter.ts';
import { u01 } from './golden-formula.ts';
import { goldenBatch, goldenOptimiser, goldenSpots } from './golden-inputs.ts';

/** Golden positions lie in 0..63: only that many rows of the authors' 65,536 are ever looked up. */
const POSITIONS = 64;

/** What golden files of mclSTExp and of the methods that extend it say about their batch and training. */
export const goldenFields = {
  B: z.int().min(2),
  image: z.int().positive(),
  genes: z.int().positive(),
  projection: z.int().positive(),
  heads: z.int().positive(),
  head_dim: z.int().positive(),
  layers: z.int().positive(),
  temperature: z.number().positive(),
  /** E.g. `Adam(lr=1e-5, weight_decay=1e-3 as L2)`. */
  optimizer: z.string().regex(/^Adam\(lr=[\d.e+-]+, weight_decay=[\d.e+-]+ as L2\)$/),
};

/** Those fields, checked. */
export type GoldenFields = { readonly [Name in keyof typeof goldenFields]: z.infer<(typeof goldenFields)[Name]> };

/** A published model whose spots have an image, expression and a position, and what of it is not in its interface. */
export interface GoldenContrastive {
  readonly model: ContrastiveMethod;
  /** Image features in front of the projection head. [B, D] */
  imageFeatures(parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval'): Tensor;
  /** The spot encoder's output in front of its projection head. [B, G] */
  spotFeatures(parameters: NamedTensors, batch: Batch): Tensor;
}

/** The model on the batch of the golden formula: image = u01, expression = 3 u01, position = floor(64 u01). */
export function goldenContrastive(file: GoldenFields, published: GoldenContrastive): GoldenModel {
  const { model } = published;
  const sizes: ModelSizes = {
    featureWidth: 0,
    tokens: {},
    imageSizePx: file.image,
    geneCount: file.genes,
    positionCount: POSITIONS,
  };
  const { learningRate, weightDecay } = goldenOptimiser(file.optimizer);
  return {
    parameters: modelParameters(model, sizes),
    inputs: goldenInputs(file),
    optimiser: adam({ weightDecay }),
    learningRate,
    forward: (parameters, inputs) => forward(published, file.temperature, parameters, goldenBatch(inputs)),
    loss(parameters, inputs) {
      const batch = goldenBatch(inputs);
      const image = model.imageEncoder.encode(parameters, batch, 'train');
      const spot = model.spotEncoder.encode(parameters, batch, 'train');
      return { ...model.loss.compute({ image, spot, batch, parameters }), updates: { ...image.updates } };
    },
  };
}

function forward(published: GoldenContrastive, temperature: number, parameters: NamedTensors, batch: Batch): TensorMap {
  const { model } = published;
  const image = model.imageEncoder.encode(parameters, batch, 'train').embedding;
  const spot = model.spotEncoder.encode(parameters, batch, 'train').embedding;
  return {
    image_features_eval: published.imageFeatures(parameters, batch, 'eval'),
    image_features_train: published.imageFeatures(parameters, batch, 'train'),
    image_embeddings: image,
    spot_encoder_output: published.spotFeatures(parameters, batch),
    spot_embeddings: spot,
    logits: similarityLogits(spot, image, temperature),
  };
}

function goldenInputs(file: GoldenFields): HostArrays {
  return {
    ...goldenSpots(file),
    position: {
      dtype: 'int32',
      shape: [file.B, 2],
      data: Int32Array.from(u01('input.position', file.B * 2), (u) => Math.floor(POSITIONS * u)),
    },
  };
}
