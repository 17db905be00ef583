import { div, maximum, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x / max(|x|, 1e-12) along the last axis.
 *
 * Source: torch.nn.functional.normalize.
 */
export function l2Normalise<T extends Tensor>(x: T): T {
  return div(x, maximum(sqrt(sum(square(x), -1, true)), 1e-12));
}
