import { logSoftmax, mul, neg, sum, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * CE(logits, targets)_i = -sum_j targets_ij log softmax(logits_i)_j, one value per row: logits and targets [B, C]
 * (targets may be soft; gradients flow through them), result [B].
 *
 * Source: torch.nn.functional.cross_entropy with class probabilities and no reduction.
 */
export function crossEntropyRows(logits: Tensor2D, targets: Tensor): Tensor1D {
  return neg(sum(mul(targets, logSoftmax(logits, -1)), -1));
}
