import { div, maximum, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x / max(|x|, 1e-12) along the last axis.
 *
 * Source: torch.nn.functional.normalize.
 */
export function l2Normalise<T extends Tensor>(x: T): T {
  // The bound is on the square: the slope of a root at 0 is infinite, and would make that of a row of zeros NaN.
  return div(x, sqrt(maximum(sum(square(x), -1, true), 1e-24)));
}
