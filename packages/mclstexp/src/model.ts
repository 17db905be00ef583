/**
 * mclSTExp (Min et al. 2024, arXiv 2407.08216), after `mclSTExp_Attention` of the authors' model.py (fdd3ab1). Parameter
 * names are the authors'. The spot encoder is `spotTransformer` of the engine, which HisCMCL shares.
 *
 * B spots in the batch, D image features, P width of the shared space.
 */
import {
  backboneUnder,
  densenet121,
  featuresOf,
  imagesOf,
  projection,
  spotTransformer,
  type Projection,
} from '@spotbench/engine';
import type { Encoder, Regime } from '@spotbench/core';
import type { Config } from './config.ts';

/** Expression and position [B, G] to [B, P]. */
export const spotEncoder = (config: Config): Encoder => spotTransformer(config);

/**
 * Image features, then the image projection head: [B, D] to [B, P]. The features are DenseNet-121's of the patch, or in the
 * `frozen` regime cached ones of any encoder in their place.
 */
export function imageEncoder(config: Config, regime: Regime = 'frozen'): Encoder {
  const head = projection('image_projection', config);
  return regime === 'frozen' ? frozenEncoder(head) : trainedEncoder(head);
}

function frozenEncoder(head: Projection): Encoder {
  return {
    parameters: ({ featureWidth }) => head.parameters(featureWidth),
    random: (_sizes, batchSize) => head.random(batchSize),
    encode: (parameters, batch, mode) => ({
      embedding: head.project(parameters, featuresOf(batch, 'patch'), batch, mode), // [B, P]
    }),
  };
}

/** DenseNet-121 as the authors name it: `features` alone, without a ReLU after the last batch norm. */
export const backbone = () => backboneUnder('image_encoder.model.0', densenet121());

function trainedEncoder(head: Projection): Encoder {
  const densenet = backbone();
  return {
    parameters: () => ({ ...densenet.parameters, ...head.parameters(densenet.width) }),
    random: (_sizes, batchSize) => head.random(batchSize),
    encode(parameters, batch, mode) {
      const { pooled, updates } = densenet.forward(parameters, imagesOf(batch, 'patch'), mode); // [B, D]
      return { embedding: head.project(parameters, pooled, batch, mode), updates }; // [B, P]
    },
  };
}
