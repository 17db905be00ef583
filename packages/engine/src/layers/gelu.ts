import { add, erf, mul, type Tensor } from '@tensorflow/tfjs-core';

/**
 * gelu(x) = x * (1 + erf(x / sqrt(2))) / 2: the exact form, not the tanh approximation.
 *
 * Source: Hendrycks and Gimpel 2016, "Gaussian error linear units"; torch.nn.GELU's default.
 */
export function gelu<T extends Tensor>(x: T): T {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}
