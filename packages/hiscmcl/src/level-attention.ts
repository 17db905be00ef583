import { crossAttention, crossAttentionSpecs, layerNorm, layerNormSpecs, scoped } from '@spotbench/engine';
import { SpotbenchError, type Regime } from '@spotbench/core';
import { add, expandDims, squeeze } from '@tensorflow/tfjs-core';
import type { PaperConfig } from './config.ts';
import type { ImageFeatures } from './image-features.ts';
import { levelFeatures } from './levels.ts';

const ATTENTION = 'image_encoder.cross_attention';
const NORM = 'image_encoder.norm';

/**
 * y = LN(s + CrossAttention(s, [n; g])) with s the spot's features [B, D] as the one query, and as keys and values the
 * neighbourhood's n [B, 1, D] and the slide's tokens g [B, T, D]. [B, D]
 *
 * Source: the paper's text, for which the authors released no code. Ours, because the text leaves it open: the residual and
 * the norm behind it, as in any transformer, so that a spot's own features reach the head; one attention layer; no dropout.
 */
export function attendedLevels(config: PaperConfig, regime: Regime): ImageFeatures {
  const source = levelFeatures(config, regime);
  return {
    parameters(sizes) {
      const D = source.width(sizes);
      requireHeads(D, config.attentionHeads);
      return {
        ...source.parameters,
        ...scoped(ATTENTION, crossAttentionSpecs(D)),
        ...scoped(NORM, layerNormSpecs(D)),
      };
    },
    width: (sizes) => source.width(sizes),
    extract(parameters, batch, mode) {
      const { spot, context, updates } = source.encode(parameters, batch, mode);
      const query = expandDims(spot, 1); // [B, 1, D]
      const attended = squeeze(crossAttention(parameters, ATTENTION, query, context, config.attentionHeads), [1]); // [B, D]
      return { features: layerNorm(parameters, NORM, add(spot, attended)), updates };
    },
  };
}

/** @throws SpotbenchError `bad-config` when heads of whole width do not fit into D features. */
function requireHeads(D: number, heads: number): void {
  if (D % heads === 0) return;
  throw new SpotbenchError(
    'bad-config',
    `hiscmcl-paper: attentionHeads must divide the image encoder's width, got ${heads} heads for ${D} features; ` +
      `choose another number of heads or another encoder`,
  );
}
