/**
 * The two encoders of CMRCNet (Liu et al. 2025, arXiv 2506.08854), after `CLIPModel_ViT_itm_v14_MSE` of the authors'
 * models.py (4c4d157). Parameter names are the authors'.
 *
 * B spots in the batch, G genes, T image tokens of width D, P width of the shared space.
 */
import type { Encoder, Regime } from '@spotbench/core';
import { projection } from '@spotbench/engine';
import { mean } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { imageTokens } from './image-tokens.ts';

/** Image tokens [B, T, D] -> their mean [B, D] -> projection head [B, P]. The tokens go on to the reconstruction. */
export function imageEncoder(config: Config, regime: Regime): Encoder {
  const source = imageTokens(config, regime);
  const head = projection('image_projection', config);
  return {
    parameters: (sizes) => ({ ...source.parameters(sizes), ...head.parameters(source.width(sizes)) }),
    random: (_sizes, batchSize) => head.random(batchSize),
    encode(parameters, batch, mode) {
      const tokens = source.tokens(parameters, batch); // [B, T, D]
      return { embedding: head.project(parameters, mean(tokens, 1), batch, mode), tokens };
    },
  };
}

/** Expression [B, G] -> projection head [B, P]. Unlike mclSTExp's, a spot does not see the others. */
export function spotEncoder(config: Config): Encoder {
  const head = projection('spot_projection', config);
  return {
    parameters: ({ geneCount }) => head.parameters(geneCount),
    random: (_sizes, batchSize) => head.random(batchSize),
    encode: (parameters, batch, mode) => ({ embedding: head.project(parameters, batch.expression, batch, mode) }),
  };
}
