import { SpotbenchError, type Embeddings, type Loss } from '@spotbench/core';
import {
  identityCrossEntropy,
  meanSquaredError,
  pearsonLoss,
  similarityDistillation,
  similarityLogits,
} from '@spotbench/engine';
import { add, mul, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { predictExpression, predictionHeadSpecs } from './prediction-head.ts';

type Terms = Readonly<Record<keyof Config['lossWeights'], Scalar>>;

/**
 * Sum of weight x term, for embeddings S of spots, I of tiles and V of whole patches, all of length 1, and expression Y [B, G]:
 * - hard = CE(S I^T / T, identity): each spot must find its own tiles, not the other way round;
 * - soft = KL(softmax((G_I + G_S) / 2) || softmax(S I^T / T)), G the Gaussian similarities, gradients through both sides;
 * - vit = CE(S V^T / T, identity);
 * - mse and pearson = mean squared error and 1 - mean correlation over the batch, of Y predicted from I.
 *
 * Terms are reported without their weights.
 *
 * Source: paper; `forward` of the authors' models.py (6f6815f).
 */
export function loss(config: Config): Loss {
  const { temperature, sigma, lossWeights } = config;
  return {
    parameters: ({ geneCount }) => predictionHeadSpecs(config, geneCount),
    compute({ image, spot, batch, parameters }) {
      const { tiles, vit } = branchesOf(image);
      const logits = similarityLogits(spot.embedding, tiles, temperature); // [B, B]
      const predicted = predictExpression(parameters, tiles); // [B, G]
      const terms: Terms = {
        hard: identityCrossEntropy(logits),
        soft: similarityDistillation(tiles, spot.embedding, logits, sigma),
        vit: identityCrossEntropy(similarityLogits(spot.embedding, vit, temperature)),
        mse: meanSquaredError(predicted, batch.expression),
        pearson: pearsonLoss(predicted, batch.expression),
      };
      return { total: weightedSum(terms, lossWeights), terms };
    },
  };
}

function weightedSum(terms: Terms, weights: Config['lossWeights']): Scalar {
  const names = Object.keys(terms) as (keyof Terms)[];
  return names.map((name) => mul<Scalar>(terms[name], weights[name])).reduce((sum, term) => add(sum, term));
}

function branchesOf({ others }: Embeddings): { tiles: Tensor2D; vit: Tensor2D } {
  const found = others ?? {};
  if ('tiles' in found && 'vit' in found) return { tiles: found.tiles as Tensor2D, vit: found.vit as Tensor2D };
  const names = Object.keys(found).join(', ') || 'none';
  throw new SpotbenchError(
    'unsupported',
    `mvitgene: needed embeddings tiles and vit of its image encoder, got ${names}`,
  );
}
