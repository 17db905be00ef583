import type { Scalar, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** Tensors by name; parameters carry PyTorch state-dict names. Types only: core has no tensors at run time. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** How to make one parameter, PyTorch layout. */
export interface ParameterDeclaration {
  readonly shape: readonly number[];
  /** Name of an initialiser of the engine, e.g. `linear-weight`; see engine's initialisers. */
  readonly init: string;
  /** False for running statistics. */
  readonly trainable?: boolean;
}

/** A batch of B spots as tensors. */
export interface Batch {
  /** Frozen image features. [B, D] */
  readonly features?: Tensor2D;
  /** Patches, 0..1. [B, 3, S, S] */
  readonly image?: Tensor;
  /** Target expression. [B, G] */
  readonly expression: Tensor2D;
  /** Integer array coordinates x, y. [B, 2] */
  readonly position: Tensor2D;
  /** Random numbers drawn on the host (dropout masks and the like), by name. */
  readonly random: NamedTensors;
}

/** What an encoder makes of a batch. */
export interface Embeddings {
  /** [B, D] */
  readonly embedding: Tensor2D;
  /** [B, T, D], where the method uses tokens. */
  readonly tokens?: Tensor3D;
}

/** Sizes known before training: what a model's shapes depend on. */
export interface ModelSizes {
  /** Width of the frozen features, 0 without. */
  readonly featureWidth: number;
  readonly geneCount: number;
  /** Largest array coordinate in training plus one: rows of position tables. */
  readonly positionCount: number;
}

/** Maps a batch to embeddings, as a pure function of named parameters. */
export interface Encoder {
  parameters(sizes: ModelSizes): Readonly<Record<string, ParameterDeclaration>>;
  encode(parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval'): Embeddings;
}

/** Maps embeddings and batch to a scalar with named terms. */
export interface Loss {
  parameters?(sizes: ModelSizes): Readonly<Record<string, ParameterDeclaration>>;
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
  predict(queries: Float32Array, bank: ReferenceBank): Promise<Float32Array>;
}

/** Second contract level: what the contrastive papers share. `engine` turns one into a `Method`. */
export interface ContrastiveMethod {
  readonly imageEncoder: Encoder;
  readonly spotEncoder: Encoder;
  readonly loss: Loss;
  readonly predictor: Predictor;
}
