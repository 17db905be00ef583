import { add, mean, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { ones, zeros } from '../initialisers/kinds.ts';
import { parameter, type ParameterSpecs } from './parameter.ts';
import { requireLastAxis } from './require-shape.ts';

/** PyTorch's default; timm's vision transformers use 1e-6. */
export const LAYER_NORM_EPSILON = 1e-5;

/** `weight` [D] of ones and `bias` [D] of zeros. */
export function layerNormSpecs(width: number): ParameterSpecs {
  return { weight: { shape: [width], init: ones }, bias: { shape: [width], init: zeros } };
}

/**
 * y = (x - mean(x)) / sqrt(var(x) + eps) * w + b over the last axis, x [..., D]; the variance is the biased one.
 *
 * Source: Ba, Kiros and Hinton 2016, "Layer normalization"; torch.nn.LayerNorm.
 */
export function layerNorm(params: TensorMap, name: string, x: Tensor, epsilon = LAYER_NORM_EPSILON): Tensor {
  const weight = parameter(params, `${name}.weight`);
  requireLastAxis(name, x, weight.shape[0]);
  const centred = sub(x, mean(x, -1, true)); // [..., D]
  const variance = mean(square(centred), -1, true); // [..., 1]
  const normalised = mul(centred, rsqrt(add(variance, epsilon)));
  return add(mul(normalised, weight), parameter(params, `${name}.bias`));
}
