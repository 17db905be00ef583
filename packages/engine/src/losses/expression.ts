import { add, div, mean, mul, sqrt, square, sub, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/** Mean over all elements of (predicted - target)^2. Source: torch.nn.functional.mse_loss. */
export function meanSquaredError(predicted: Tensor, target: Tensor): Scalar {
  return mean(square(sub(predicted, target)));
}

/**
 * 1 - mean over genes of the Pearson correlation over the batch: sum(p t) / (sqrt(sum p^2 + eps) sqrt(sum t^2 + eps)) of the
 * centred columns; a constant column correlates 0, and has a finite slope. predicted and target [B, G].
 *
 * Source: MViTGene's authors' code (6f6815f), eps 1e-8.
 */
export function pearsonLoss(predicted: Tensor2D, target: Tensor2D, epsilon = 1e-8): Scalar {
  const p = sub(predicted, mean(predicted, 0, true)); // [B, G]
  const t = sub(target, mean(target, 0, true)); // [B, G]
  const length = (x: Tensor) => sqrt(add(sum(square(x), 0), epsilon)); // [G]
  const correlation = div(sum(mul(p, t), 0), mul(length(p), length(t))); // [G]
  return sub(1, mean(correlation));
}
