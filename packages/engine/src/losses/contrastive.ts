import { add, eye, matMul, mean, mul, softmax, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { crossEntropyRows } from './cross-entropy.ts';

/** logits = S I^T / temperature, for spot and image embeddings [B, D]; spots are rows. [B, B] */
export function similarityLogits(spot: Tensor2D, image: Tensor2D, temperature: number): Tensor2D {
  return mul(matMul(spot, image, false, true), 1 / temperature); // [B, D] x [D, B] -> [B, B]
}

/**
 * CE(logits, identity), averaged over the batch: each row must find its own column. logits [B, B].
 *
 * Source: torch.nn.functional.cross_entropy(logits, arange(B)); with spots as rows, MViTGene's hard term.
 */
export function identityCrossEntropy(logits: Tensor2D): Scalar {
  return mean(crossEntropyRows(logits, eye(logits.shape[0])));
}

/**
 * (CE(logits, identity) + CE(logits^T, identity)) / 2 with logits = S I^T / temperature: each spot must find its own
 * image among the batch's, and each image its spot. Embeddings [B, D] are used as they are, not normalised.
 *
 * Source: mclSTExp (arXiv 2407.08216) section "Contrastive learning", and model.py of the authors' code (fdd3ab1), where
 * the temperature is 1; Radford et al. 2021 (CLIP). HisCMCL uses the same loss.
 */
export function symmetricContrastive(spot: Tensor2D, image: Tensor2D, temperature: number): Scalar {
  const logits = similarityLogits(spot, image, temperature); // [B, B]
  return mul(add(identityCrossEntropy(logits), identityCrossEntropy(transpose(logits))), 0.5);
}

/**
 * Per spot, (CE(logits, targets) + CE(logits^T, targets^T)) / 2 with logits = S I^T / T and soft targets
 * softmax((I I^T + S S^T) / 2 * T): spots alike in both modalities count as partly the same. Gradients flow through the
 * targets, as in the published code. Embeddings [B, D], result [B].
 *
 * Source: CMRCNet (arXiv 2506.08854) and its authors' code (4c4d157), after BLEEP and OpenAI-CLIP re-implementations.
 */
export function softTargetContrastive(spot: Tensor2D, image: Tensor2D, temperature: number): Tensor1D {
  const logits = similarityLogits(spot, image, temperature); // [B, B]
  const likeness = add(matMul(image, image, false, true), matMul(spot, spot, false, true)); // [B, B]
  const targets = softmax(mul(likeness, temperature / 2), -1);
  const bySpot = crossEntropyRows(logits, targets);
  const byImage = crossEntropyRows(transpose(logits), transpose(targets));
  return mul(add(bySpot, byImage), 0.5);
}
