import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { FeatureView, ImageView } from './view.ts';

/** Tensors by name; parameters carry PyTorch state-dict names. Types only: core has no tensors at run time. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** How a parameter starts, as data; the engine draws it. Distributions are PyTorch's. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'truncated-normal'; readonly std: number; readonly low?: number; readonly high?: number }
  | { readonly kind: 'kaiming-uniform' }
  | { readonly kind: 'kaiming-normal-fan-out' };

/** How to make one parameter, PyTorch layout. */
export interface ParameterDeclaration {
  readonly shape: readonly number[];
  readonly init: Initialiser;
  /** False for running statistics. */
  readonly trainable?: boolean;
}

/** Random numbers a training step needs as input: 1 with probability `keep`, else 0, drawn anew for every step. */
export interface RandomDeclaration {
  readonly kind: 'bernoulli';
  readonly keep: number;
  readonly shape: readonly number[];
}

/** A batch of B spots as tensors. */
export interface Batch {
  /** Frozen image features by view: [B, D] where a spot has one token, else [B, T, D]. Empty in the `finetune` regime. */
  readonly features: Readonly<Partial<Record<FeatureView, Tensor>>>;
  /** Images by view, as the method's input pipeline leaves them. [B, 3, S, S] Empty in the `frozen` regime. */
  readonly images: Readonly<Partial<Record<ImageView, Tensor4D>>>;
  /** Target expression. [B, G] */
  readonly expression: Tensor2D;
  /** Integer array coordinates x, y. [B, 2] */
  readonly position: Tensor2D;
  /** Random numbers drawn on the host (dropout masks and the like), by name. */
  readonly random: NamedTensors;
}

/** What an encoder makes of a batch. */
export interface Embeddings {
  /** What retrieval compares. [B, D] */
  readonly embedding: Tensor2D;
  /** [B, T, D], where the method uses tokens. */
  readonly tokens?: Tensor3D;
  /** What else the loss needs of this encoder, by the method's own names, such as the embedding of a second branch. */
  readonly others?: NamedTensors;
  /** New values of parameters the optimiser does not touch, such as running statistics; in training mode only. */
  readonly updates?: NamedTensors;
}

/** Sizes known before training: what a model's shapes depend on. */
export interface ModelSizes {
  /** Width of the frozen features, D; 0 without. */
  readonly featureWidth: number;
  /** Tokens of each frozen view, T. */
  readonly tokens: Readonly<Partial<Record<FeatureView, number>>>;
  /** Side of the images, S; 0 in the `frozen` regime. */
  readonly imageSizePx: number;
  readonly geneCount: number;
  /** Largest array coordinate in training plus one: rows of position tables. */
  readonly positionCount: number;
}

/** Maps a batch to embeddings, as a pure function of named parameters. */
export interface Encoder {
  parameters(sizes: ModelSizes): Readonly<Record<string, ParameterDeclaration>>;
  /** Random numbers a training batch of that size needs; they arrive as `batch.random`. None without this. */
  random?(sizes: ModelSizes, batchSize: number): Readonly<Record<string, RandomDeclaration>>;
  encode(parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval'): Embeddings;
}

/** Maps embeddings and batch to a scalar with named terms. */
export interface Loss {
  parameters?(sizes: ModelSizes): Readonly<Record<string, ParameterDeclaration>>;
  /** As `Encoder.random`. */
  random?(sizes: ModelSizes, batchSize: number): Readonly<Record<string, RandomDeclaration>>;
  compute(input: { image: Embeddings; spot: Embeddings; batch: Batch; parameters: NamedTensors }): {
    total: Scalar;
    terms: Readonly<Record<string, Scalar>>;
  };
}

/** Embeddings and expression of training spots, and where each came from. M keys. */
export interface ReferenceBank {
  /** [M, D] */
  readonly embeddings: Float32Array;
  /** [M, G] */
  readonly expression: Float32Array;
  readonly width: number;
  readonly geneCount: number;
  /** Section of each key; training sections only. [M] */
  readonly sections: readonly string[];
  /** Spot of each key. [M] */
  readonly spotIds: readonly string[];
}

/** Turns query embeddings [N, D] and a reference bank into expression [N, G]. */
export interface Predictor {
  /** Throws when a bank of so many keys cannot serve; asked before training. */
  requireKeys?(keys: number): void;
  predict(queries: Float32Array, bank: ReferenceBank): Promise<Float32Array>;
}

/** Second contract level: what the contrastive papers share. `engine` turns one into a `Method`. */
export interface ContrastiveMethod {
  readonly imageEncoder: Encoder;
  readonly spotEncoder: Encoder;
  readonly loss: Loss;
  readonly predictor: Predictor;
}
