/** The two image branches of MViTGene: features, and what makes embeddings of them. */
import type { Batch, Embeddings, ModelSizes, NamedTensors, RandomDeclaration, Regime } from '@spotbench/core';
import {
  l2Normalise,
  layerNorm,
  layerNormSpecs,
  linear,
  linearSpecs,
  projection,
  scoped,
  type ParameterSpecs,
} from '@spotbench/engine';
import { mean, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { imageFeatures } from './image-features.ts';
import { TILES } from './tiles.ts';

const VIT = 'vit_projection';

/** Embeddings [B, P] of length 1. */
export interface ImageBranches {
  parameters(sizes: ModelSizes): ParameterSpecs;
  /** Masks of the head's dropout, one row a tile. */
  random(batchSize: number): Readonly<Record<string, RandomDeclaration>>;
  /** Both branches in training mode, `tiles` as the embedding. */
  train(parameters: NamedTensors, batch: Batch): Embeddings;
  /** Each of the nine tiles -> projection head, then their mean. In evaluation mode, as the following. */
  tiles(parameters: NamedTensors, batch: Batch): Tensor2D;
  /** The whole patch -> the same projection head. */
  wholeAsTile(parameters: NamedTensors, batch: Batch): Tensor2D;
  /** The whole patch -> layer norm -> linear. */
  vit(parameters: NamedTensors, batch: Batch): Tensor2D;
}

export function imageBranches(config: Config, regime: Regime): ImageBranches {
  const source = imageFeatures(regime);
  const head = projection('image_projection', config);
  const fromTiles = (parameters: NamedTensors, batch: Batch, features: Tensor, mode: 'train' | 'eval') => {
    const embeddings = head.project(parameters, features, batch, mode); // [9B, P]
    return l2Normalise<Tensor2D>(mean(reshape(embeddings, [-1, TILES, config.projectionWidth]), 1)); // [B, P]
  };
  return {
    parameters(sizes) {
      const { tile, vit } = source.widths(sizes);
      return { ...source.parameters, ...head.parameters(tile), ...vitSpecs(vit, config.projectionWidth) };
    },
    random: (batchSize) => head.random(TILES * batchSize),
    train(parameters, batch) {
      const [tiles, vit] = [source.tiles(parameters, batch, 'train'), source.vit(parameters, batch, 'train')];
      const embedding = fromTiles(parameters, batch, tiles.features, 'train');
      const others = { tiles: embedding, vit: fromVit(parameters, vit.features) };
      return { embedding, others, updates: { ...tiles.updates, ...vit.updates } };
    },
    tiles: (parameters, batch) =>
      fromTiles(parameters, batch, source.tiles(parameters, batch, 'eval').features, 'eval'),
    wholeAsTile(parameters, batch) {
      const { features } = source.wholeAsTile(parameters, batch, 'eval'); // [B, D]
      return l2Normalise(head.project(parameters, features, batch, 'eval'));
    },
    vit: (parameters, batch) => fromVit(parameters, source.vit(parameters, batch, 'eval').features),
  };
}

function vitSpecs(width: number, projectionWidth: number): ParameterSpecs {
  return {
    ...scoped(`${VIT}.0`, layerNormSpecs(width)),
    ...scoped(`${VIT}.1`, linearSpecs({ input: width, output: projectionWidth })),
  };
}

/** [B, D] to [B, P] */
function fromVit(parameters: NamedTensors, features: Tensor): Tensor2D {
  return l2Normalise(linear(parameters, `${VIT}.1`, layerNorm(parameters, `${VIT}.0`, features)) as Tensor2D);
}
