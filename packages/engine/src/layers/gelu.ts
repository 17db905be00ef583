import { add, customGrad, erf, exp, mul, square, sub, type Tensor } from '@tensorflow/tfjs-core';

const DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

/**
 * gelu(x) = x * (1 + erf(x / sqrt(2))) / 2: the exact form, not the tanh approximation.
 *
 * The gradient is written out, dy * (Phi(x) + x phi(x)) with Phi and phi of the standard normal distribution, and keeps x
 * alone: a tape would keep three arrays as large, in vision transformers' widest layers. Phi is taken from erf(-x / sqrt(2)),
 * the same number by symmetry but another node than the forward pass's, which would be kept for it instead.
 *
 * Source: Hendrycks and Gimpel 2016, "Gaussian error linear units"; torch.nn.GELU's default.
 */
export function gelu<T extends Tensor>(x: T): T {
  const activate = customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([values]);
    const value = mul(mul(values, 0.5), add(erf(mul(values, Math.SQRT1_2)), 1));
    return { value, gradFunc: (dy, saved) => mul(dy, slope(saved[0])) };
  });
  return activate(x) as T;
}

/** Phi(x) + x phi(x). */
function slope(x: Tensor): Tensor {
  const probability = mul(sub(1, erf(mul(x, -Math.SQRT1_2))), 0.5);
  const density = mul(exp(mul(square(x), -0.5)), DENSITY_AT_0);
  return add(probability, mul(x, density));
}
