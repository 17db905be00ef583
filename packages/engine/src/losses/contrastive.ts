import { add, eye, matMul, mean, mul, transpose, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { crossEntropyRows } from './cross-entropy.ts';

/** logits = S I^T / temperature, for spot and image embeddings [B, D]; spots are rows. [B, B] */
export function similarityLogits(spot: Tensor2D, image: Tensor2D, temperature: number): Tensor2D {
  return mul(matMul(spot, image, false, true), 1 / temperature); // [B, D] x [D, B] -> [B, B]
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
  const identity = eye(spot.shape[0]);
  const bySpot = mean(crossEntropyRows(logits, identity));
  const byImage = mean(crossEntropyRows(transpose(logits), identity));
  return mul(add(bySpot, byImage), 0.5);
}
