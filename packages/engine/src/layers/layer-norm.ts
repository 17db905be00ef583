import { add, customGrad, mean, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { ones, zeros } from '../initialisers/kinds.ts';
import { parameter, type ParameterSpecs } from './parameter.ts';
import { requireLastAxis } from './require-shape.ts';

/** PyTorch's default; timm's vision transformers use 1e-6. */
const LAYER_NORM_EPSILON = 1e-5;

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
  return add(mul(standardise(x, epsilon), weight), parameter(params, `${name}.bias`));
}

/**
 * z = (x - mean(x)) r with r = 1 / sqrt(var(x) + eps), over the last axis. The gradient is written out,
 * dx = r (dz - mean(dz) - z mean(dz z)), and keeps z and r where a tape would keep x - mean(x) as well.
 */
function standardise(x: Tensor, epsilon: number): Tensor {
  const normalise = customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor, (tensors: Tensor[]) => void];
    const centred = sub(values, mean(values, -1, true)); // [..., D]
    const scale = rsqrt(add(mean(square(centred), -1, true), epsilon)); // [..., 1]
    const value = mul(centred, scale);
    save([value, scale]);
    return { value, gradFunc: (dz, saved) => throughStandardise(dz, saved) };
  });
  return normalise(x);
}

function throughStandardise(dz: Tensor, [z, scale]: Tensor[]): Tensor {
  const along = mean(mul(dz, z), -1, true); // [..., 1]
  return mul(scale, sub(sub(dz, mean(dz, -1, true)), mul(z, along)));
}
