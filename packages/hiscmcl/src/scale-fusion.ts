import {
  dropout,
  dropoutInput,
  dropoutMask,
  layerNorm,
  layerNormSpecs,
  linear,
  linearSpecs,
  scoped,
  type DropoutMask,
  type ParameterSpecs,
} from '@spotbench/engine';
import type { NamedTensors, Regime } from '@spotbench/core';
import { concat, mul, relu, softmax, split, type Tensor } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import type { ImageFeatures } from './image-features.ts';
import { scaleFeatures } from './scales.ts';

const FUSION = 'image_encoder.fusion';
const ATTENTION = 'image_encoder.scale_attention.0';
const DROPOUT = `${FUSION}.dropout`;

/**
 * y = dropout(relu(LN(W c + b))) with c the features of all n scales joined [B, n D], each first multiplied by its share of
 * softmax(Wa c + ba) [B, n] where `scaleAttention` is on. [B, D]
 *
 * Source: `MultiScaleImageEncoder` of the authors' model.py (cad8a82).
 */
export function fusedScales(config: Config, regime: Regime): ImageFeatures {
  const source = scaleFeatures(config, regime);
  const { fusionDropout: rate } = config;
  return {
    parameters: (sizes) => ({ ...source.parameters, ...fusionSpecs(config, source.width(sizes)) }),
    width: (sizes) => source.width(sizes),
    random: (sizes, batchSize) => dropoutInput(DROPOUT, rate, [batchSize, source.width(sizes)]),
    extract(parameters, batch, mode) {
      const { scales, updates } = source.encode(parameters, batch, mode);
      const seen = config.scaleAttention ? weighted(parameters, scales) : scales;
      return { features: fuse(parameters, seen, dropoutMask(DROPOUT, rate, batch, mode)), updates };
    },
  };
}

function fusionSpecs({ scales, scaleAttention }: Config, D: number): ParameterSpecs {
  const joined = scales.length * D;
  return {
    ...scoped(`${FUSION}.0`, linearSpecs({ input: joined, output: D })),
    ...scoped(`${FUSION}.1`, layerNormSpecs(D)),
    ...(scaleAttention ? scoped(ATTENTION, linearSpecs({ input: joined, output: scales.length })) : {}),
  };
}

/** Each scale's features [B, D] times its weight [B, 1]; the weights of a spot sum to 1. */
function weighted(parameters: NamedTensors, scales: readonly Tensor[]): Tensor[] {
  const weights = softmax(linear(parameters, ATTENTION, concat([...scales], 1))); // [B, n]
  return split(weights, scales.length, 1).map((weight, i) => mul(scales[i], weight));
}

/** n times [B, D] to [B, D]. */
function fuse(parameters: NamedTensors, scales: readonly Tensor[], mask: DropoutMask | undefined): Tensor {
  const mixed = linear(parameters, `${FUSION}.0`, concat([...scales], 1)); // [B, D]
  return dropout(relu(layerNorm(parameters, `${FUSION}.1`, mixed)), mask);
}
