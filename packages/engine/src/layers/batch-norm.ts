import { SpotbenchError } from '@spotbench/core';
import { add, batchNorm as tfBatchNorm, mul, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { sizeOf } from '../host-shape.ts';
import { ones, zeros } from '../initialisers/kinds.ts';
import { normaliseBatch } from './normalise-batch.ts';
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
    mean: parameter(params, `${name}.running_mean`) as Tensor1D,
    variance: parameter(params, `${name}.running_var`) as Tensor1D,
  };
  const weight = parameter(params, `${name}.weight`) as Tensor1D;
  const bias = parameter(params, `${name}.bias`) as Tensor1D;
  requireLastAxis(name, x, running.mean.shape[0]);
  if (mode === 'eval') {
    const { mean, variance } = running;
    return { y: tfBatchNorm(x as Tensor4D, mean, variance, bias, weight, EPSILON), updates: {} };
  }
  const count = sizeOf(x.shape.slice(0, -1));
  if (count < 2) {
    throw new SpotbenchError(
      'bad-config',
      `${name}: training needs at least 2 values a channel, got ${count}; drop the last batch`,
    );
  }
  const { y, mean, variance } = normaliseBatch(x, weight, bias, EPSILON); // mean and variance [C]
  const unbiased = mul(variance, count / (count - 1));
  return {
    y,
    updates: {
      [`${name}.running_mean`]: towards(running.mean, mean),
      [`${name}.running_var`]: towards(running.variance, unbiased),
    },
  };
}

function towards(running: Tensor, batch: Tensor): Tensor {
  return add(mul(running, 1 - MOMENTUM), mul(batch, MOMENTUM));
}
