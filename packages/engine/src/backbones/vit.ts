/**
 * Vision transformer (Dosovitskiy et al. 2021, "An image is worth 16x16 words"), after timm/models/vision_transformer.py with
 * its state-dict names: class token, learned positions, pre-norm blocks, a last norm over all tokens.
 */
import type { Initialiser } from '@spotbench/core';
import {
  add,
  concat,
  mean,
  reshape,
  slice,
  squeeze,
  tile,
  transpose,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { kaimingNormalFanOut, truncatedNormal, zeros } from '../initialisers/kinds.ts';
import { gelu } from '../layers/gelu.ts';
import { layerNorm, layerNormSpecs } from '../layers/layer-norm.ts';
import { linear } from '../layers/linear.ts';
import { parameter, scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { vitBlock, vitBlockSpecs } from '../layers/vit-block.ts';
import { requireImages, type Backbone } from './backbone.ts';

/** Sizes of a vision transformer and the choices published ones differ in. */
export interface VitOptions {
  readonly imagePx?: number;
  readonly patchPx?: number;
  readonly width?: number;
  readonly depth?: number;
  readonly heads?: number;
  /** Width of the feed-forward part over the width of a token. */
  readonly hiddenRatio?: number;
  /** `pooled` is the class token (timm) or the mean of all tokens, class token included (CMRCNet). */
  readonly pool?: 'class' | 'mean';
  /** How the weights of linear layers start: truncated normal of this std. timm: 0.02, CMRCNet: 0.01. */
  readonly linearStd?: number;
  readonly name?: string;
}

const EPSILON = 1e-6;
const TOKEN_STD = 0.02;
const PATCH = 'patch_embed.proj';

/** ViT-B/32 for 224 px unless told otherwise: images [B, 3, S, S] to T = (S / patch)^2 + 1 tokens of D = width features. */
export function vit(options: VitOptions = {}): Backbone {
  const layout = {
    imagePx: 224,
    patchPx: 32,
    width: 768,
    depth: 12,
    heads: 12,
    hiddenRatio: 4,
    linearStd: 0.02,
    ...options,
  };
  const { name = 'vit_base_patch32_224', pool = 'class' } = options;
  const shape = { name, width: layout.width, smallestPx: layout.imagePx, fixedPx: true, parameters: vitSpecs(layout) };
  return {
    ...shape,
    forward(params, images) {
      requireImages(shape, images);
      const tokens = encode(params, layout, images);
      return { tokens, pooled: pool === 'mean' ? mean(tokens, 1) : classToken(tokens), updates: {} };
    },
  };
}

type VitLayout = Required<Omit<VitOptions, 'pool' | 'name'>>;

/** [B, 3, S, S] to [B, T, D]. */
function encode(params: TensorMap, { patchPx, depth, heads }: VitLayout, images: Tensor): Tensor3D {
  const B = images.shape[0];
  const patches = embedPatches(params, images, patchPx); // [B, T - 1, D]
  const first = tile(parameter(params, 'cls_token') as Tensor3D, [B, 1, 1]); // [B, 1, D]
  let x: Tensor = add(concat([first, patches], 1), parameter(params, 'pos_embed')); // [B, T, D]
  for (let i = 0; i < depth; i++) {
    x = vitBlock(params, `blocks.${i}`, x, { heads, epsilon: EPSILON, activation: gelu });
  }
  return layerNorm(params, 'norm', x, EPSILON) as Tensor3D;
}

/**
 * W p + b for every patch p, rows of patches from the top: [B, 3, S, S] to [B, (S / P)^2, D]. A convolution whose stride is
 * its kernel is a matrix product once the patches are cut out.
 */
function embedPatches(params: TensorMap, images: Tensor, P: number): Tensor {
  const [B, , S] = images.shape as [number, number, number, number];
  const side = S / P;
  const weight = parameter(params, `${PATCH}.weight`); // [D, 3, P, P]
  const cut = transpose(reshape(images, [B, 3, side, P, side, P]), [0, 2, 4, 1, 3, 5]); // [B, side, side, 3, P, P]
  const rows = reshape(cut, [B, side * side, 3 * P * P]); // [B, T - 1, 3 P P]
  const matrix = reshape(weight, [weight.shape[0], 3 * P * P]); // [D, 3 P P]
  return linear({ 'proj.weight': matrix, 'proj.bias': parameter(params, `${PATCH}.bias`) }, 'proj', rows); // [B, T - 1, D]
}

/** [B, T, D] to [B, D]. */
function classToken(tokens: Tensor3D): Tensor2D {
  return squeeze(slice(tokens, [0, 0, 0], [-1, 1, -1]), [1]);
}

function vitSpecs({ imagePx, patchPx, width, depth, hiddenRatio, linearStd }: VitLayout): ParameterSpecs {
  const T = (imagePx / patchPx) ** 2 + 1;
  const init: Initialiser = truncatedNormal(linearStd);
  const blocks = Array.from({ length: depth }, (_, i) =>
    scoped(`blocks.${i}`, vitBlockSpecs({ width, hidden: hiddenRatio * width, init })),
  );
  return {
    cls_token: { shape: [1, 1, width], init: truncatedNormal(TOKEN_STD) },
    pos_embed: { shape: [1, T, width], init: truncatedNormal(TOKEN_STD) },
    [`${PATCH}.weight`]: { shape: [width, 3, patchPx, patchPx], init: kaimingNormalFanOut },
    [`${PATCH}.bias`]: { shape: [width], init: zeros },
    ...(Object.assign({}, ...blocks) as ParameterSpecs),
    ...scoped('norm', layerNormSpecs(width)),
  };
}
