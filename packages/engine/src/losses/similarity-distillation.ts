import { add, exp, logSoftmax, matMul, mean, mul, softmax, square, sub, sum, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';

/** exp(-|x_a - x_b|^2 / (2 sigma^2)) for every pair of rows of x [B, D]. [B, B] */
function gaussianSimilarity(x: Tensor2D, sigma: number): Tensor2D {
  const norms = sum<Tensor2D>(square(x), -1, true); // [B, 1]
  const products = matMul(x, x, false, true); // [B, B]
  const distances = sub<Tensor2D>(add(norms, transpose(norms)), mul(products, 2));
  return exp(mul(distances, -1 / (2 * sigma ** 2)));
}

/**
 * KL(softmax((G_i + G_s) / 2) || softmax(logits)), summed over a row, averaged over the batch, with G the Gaussian
 * similarities within the images and within the spots. image and spot [B, D], logits [B, B].
 *
 * Source: MViTGene (10.1016/j.jbi.2026.105003) and its authors' code (6f6815f): kl_div(..., reduction='batchmean').
 */
export function similarityDistillation(image: Tensor2D, spot: Tensor2D, logits: Tensor2D, sigma: number): Scalar {
  const likeness = mul(add(gaussianSimilarity(image, sigma), gaussianSimilarity(spot, sigma)), 0.5);
  const target = softmax(likeness, -1); // [B, B]
  const difference = sub(logSoftmax(likeness, -1), logSoftmax(logits, -1));
  return mean(sum(mul(target, difference), -1));
}
