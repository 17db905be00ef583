import { mul, sigmoid, type Tensor } from '@tensorflow/tfjs-core';

/** silu(x) = x * sigmoid(x). Source: Elfwing et al. 2017; torch.nn.SiLU. */
export function silu<T extends Tensor>(x: T): T {
  return mul(x, sigmoid(x));
}
