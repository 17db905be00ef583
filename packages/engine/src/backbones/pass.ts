import { reshape, transpose, type Tensor, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { batchNorm, batchNormSpecs } from '../layers/batch-norm.ts';
import { conv2d, conv2dSpecs, type Conv2dOptions, type Conv2dShape } from '../layers/conv2d.ts';
import { globalAveragePool } from '../layers/pooling.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { relu } from '../layers/relu.ts';
import type { BackboneOutput } from './backbone.ts';

/** One forward pass of a convolutional backbone: parameters, mode, and the statistics collected on the way. */
export interface Pass {
  readonly params: TensorMap;
  readonly mode: 'train' | 'eval';
  readonly updates: Record<string, Tensor>;
}

export function startPass(params: TensorMap, mode: 'train' | 'eval'): Pass {
  return { params, mode, updates: {} };
}

/** Batch norm; its statistics join the pass. x [B, h, w, C] to the same shape. */
export function norm(pass: Pass, name: string, x: Tensor): Tensor4D {
  const { y, updates } = batchNorm(pass.params, name, x, pass.mode);
  Object.assign(pass.updates, updates);
  return y as Tensor4D;
}

/** Batch norm, then ReLU. */
export function normRelu(pass: Pass, name: string, x: Tensor): Tensor4D {
  return relu(norm(pass, name, x));
}

/** Names of a convolution without bias and the batch norm behind it. */
export interface ConvNormNames {
  readonly conv: string;
  readonly norm: string;
}

export function convNormSpecs({ conv, norm }: ConvNormNames, shape: Conv2dShape): ParameterSpecs {
  return { ...scoped(conv, conv2dSpecs(shape)), ...scoped(norm, batchNormSpecs(shape.output)) };
}

/** Convolution, then batch norm. x [B, h, w, C] to [B, h', w', output]. */
export function convNorm(
  pass: Pass,
  { conv, norm: normName }: ConvNormNames,
  x: Tensor,
  options?: Conv2dOptions,
): Tensor4D {
  return norm(pass, normName, conv2d(pass.params, conv, x, options));
}

/** [B, 3, h, w] as PyTorch has it to [B, h, w, 3] as TensorFlow.js's convolutions want it. */
export function channelsLast(images: Tensor): Tensor4D {
  return transpose(images as Tensor4D, [0, 2, 3, 1]);
}

/** The output of a backbone that ends in a feature map [B, h, w, D]: its pixels as tokens, their mean as the pooled vector. */
export function mapOutput(map: Tensor4D, { updates }: Pass): BackboneOutput {
  const [B, h, w, D] = map.shape;
  const tokens: Tensor3D = reshape(map, [B, h * w, D]);
  return { tokens, pooled: globalAveragePool(map), updates };
}
