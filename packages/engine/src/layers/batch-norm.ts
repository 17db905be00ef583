import { SpotbenchError } from '@spotbench/core';
import { add, mean, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { sizeOf } from '../host-shape.ts';
import { ones, zeros } from '../initialisers/kinds.ts';
import { parameter, type ParameterSpecs } from './parameter.ts';
import { requireLastAxis } from './require-shape.ts';

/** PyTorch's defaults. */
const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/** `weight`, `bias`, and the statistics `running_mean` and `running_var`, which no optimiser touches. [C] each */
export function batchNormSpecs(channels: number): ParameterSpecs {
  const shape = [channels];
  return {
    weight: { shape, init: ones },
    bias: { shape, init: zeros },
    running_mean: { shape, init: zeros, trainable: false },
    running_var: { shape, init: ones, trainable: false },
  };
}

/** What batch norm gives in training mode: its output, and the running statistics after this batch, by parameter name. */
export interface BatchNormResult {
  readonly y: Tensor;
  readonly updates: TensorMap;
}

/**
 * y = (x - mean) / sqrt(var + eps) * w + b per channel, x [..., C] with the channels last. In training mode mean and biased
 * variance are the batch's, and the running statistics move by a tenth towards them, the variance towards the unbiased
 * one; in evaluation mode the running statistics are used.
 *
 * Source: Ioffe and Szegedy 2015; torch.nn.BatchNorm1d and 2d, momentum 0.1.
 *
 * @throws SpotbenchError `bad-config` when a training batch has one value a channel: its unbiased variance is undefined.
 */
export function batchNorm(params: TensorMap, name: string, x: Tensor, mode: 'train' | 'eval'): BatchNormResult {
  const running = {
    mean: parameter(params, `${name}.running_mean`),
    variance: parameter(params, `${name}.running_var`),
  };
  requireLastAxis(name, x, running.mean.shape[0]);
  const batch = mode === 'train' ? statistics(x) : running; // [C] each
  const normalised = mul(sub(x, batch.mean), rsqrt(add(batch.variance, EPSILON))); // [..., C]
  const y = add(mul(normalised, parameter(params, `${name}.weight`)), parameter(params, `${name}.bias`));
  if (mode === 'eval') return { y, updates: {} };
  const count = sizeOf(x.shape.slice(0, -1));
  if (count < 2) {
    throw new SpotbenchError(
      'bad-config',
      `${name}: training needs at least 2 values a channel, got ${count}; drop the last batch`,
    );
  }
  const unbiased = mul(batch.variance, count / (count - 1));
  return {
    y,
    updates: {
      [`${name}.running_mean`]: towards(running.mean, batch.mean),
      [`${name}.running_var`]: towards(running.variance, unbiased),
    },
  };
}

function statistics(x: Tensor): { mean: Tensor; variance: Tensor } {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const centre = mean(x, axes); // [C]
  return { mean: centre, variance: mean(square(sub(x, centre)), axes) };
}

function towards(running: Tensor, batch: Tensor): Tensor {
  return add(mul(running, 1 - MOMENTUM), mul(batch, MOMENTUM));
}
