/**
 * Where the T image tokens of width D come from: the authors' vision transformer in the `finetune` regime, the `tokens` view
 * of a frozen encoder in the `frozen` one.
 */
import { SpotbenchError, type Batch, type ModelSizes, type NamedTensors, type Regime } from '@spotbench/core';
import { backboneUnder, featuresOf, imagesOf, vit, type Backbone, type ParameterSpecs } from '@spotbench/engine';
import { expandDims, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { pooledTokens } from './pooled-tokens.ts';

/** A source of image tokens. */
export interface TokenSource {
  parameters(sizes: ModelSizes): ParameterSpecs;
  /** Width of a token, D. */
  width(sizes: ModelSizes): number;
  /** Tokens of an image, T. */
  count(sizes: ModelSizes): number;
  /** [B, T, D] */
  tokens(parameters: NamedTensors, batch: Batch): Tensor3D;
}

export function imageTokens(config: Config, regime: Regime): TokenSource {
  return regime === 'frozen' ? frozenTokens(config) : vitTokens(config);
}

/** Features of the view `tokens`, averaged to a coarser grid; an encoder that makes one token of a patch gives [B, D]. */
function frozenTokens({ frozenTokenGrid: grid }: Config): TokenSource {
  return {
    parameters: () => ({}),
    width: ({ featureWidth }) => featureWidth,
    count: ({ tokens: { tokens = 1 } }) => (isPooled(tokens, grid) ? grid * grid : tokens),
    tokens(_parameters, batch) {
      const found = featuresOf(batch, 'tokens');
      if (found.rank === 2) return expandDims<Tensor3D>(found, 1);
      const [, T] = found.shape;
      return isPooled(T, grid) ? pooledTokens(found as Tensor3D, grid) : (found as Tensor3D);
    },
  };
}

/** True where T tokens are averaged. @throws SpotbenchError `bad-config` when they are no square grid that could be. */
function isPooled(T: number, grid: number | null): grid is number {
  if (grid === null || T <= grid * grid) return false;
  if (Number.isInteger(Math.sqrt(T))) return true;
  throw new SpotbenchError(
    'bad-config',
    `cmrcnet: needed image tokens on a square grid to average them to ${grid} x ${grid}, got ${T} tokens; set frozenTokenGrid to null`,
  );
}

/**
 * A vision transformer trained from scratch: all (S / patch)^2 + 1 tokens behind the last norm, the class token first. Linear
 * weights start truncated normal (0.01), the patch projection Kaiming normal (fan out), class token and positions truncated
 * normal (0.02), biases zero. No dropout.
 *
 * Source: `VisionTransformer_path_encoder` of the authors' vit_model.py (4c4d157), without its unused classifier `head`.
 */
function vitTokens(config: Config): TokenSource {
  return {
    parameters: ({ imageSizePx }) => transformer(config, imageSizePx).parameters,
    width: () => config.vitWidth,
    count: ({ imageSizePx }) => (imageSizePx / config.vitPatchPx) ** 2 + 1,
    tokens(parameters, batch) {
      const images = imagesOf(batch, 'patch'); // [B, 3, S, S]
      return transformer(config, images.shape[2]).forward(parameters, images, 'train').tokens; // the same in both modes
    },
  };
}

/** @throws SpotbenchError `bad-config` unless patches tile the image. */
function transformer({ vitPatchPx, vitWidth, vitDepth, vitHeads }: Config, imagePx: number): Backbone {
  if (imagePx % vitPatchPx !== 0 || imagePx === 0) {
    throw new SpotbenchError(
      'bad-config',
      `cmrcnet: needed images whose side is a multiple of vitPatchPx (${vitPatchPx}), got ${imagePx} px; change imageSizePx`,
    );
  }
  const sizes = { imagePx, patchPx: vitPatchPx, width: vitWidth, depth: vitDepth, heads: vitHeads };
  return backboneUnder('image_encoder', vit({ ...sizes, linearStd: 0.01, name: 'cmrcnet: image_encoder' }));
}
