import { add, div, minimum, mul, scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';

/** sqrt of the sum of squares over all gradients together: a scalar. */
function globalNorm(gradients: TensorMap): Tensor {
  const squares = Object.values(gradients).map((gradient) => sum(square(gradient)));
  return sqrt(squares.reduce((total, one) => add(total, one)));
}

/**
 * g * min(1, maxNorm / (norm + 1e-6)) for every gradient, norm taken over all of them together.
 *
 * Source: torch.nn.utils.clip_grad_norm_ (torch 2.5), its 1e-6 included.
 */
export function clipByNorm(gradients: TensorMap, maxNorm: number): TensorMap {
  const factor = minimum(div(scalar(maxNorm), add(globalNorm(gradients), 1e-6)), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, factor)]));
}
