/** The block that gives MobileViT its name: a transformer over the pixels of a feature map, between convolutions. */
import type { Initialiser } from '@spotbench/core';
import { concat, reshape, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, conv2dSpecs } from '../layers/conv2d.ts';
import { layerNorm, layerNormSpecs } from '../layers/layer-norm.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { resizeBilinear } from '../layers/resize-bilinear.ts';
import { silu } from '../layers/silu.ts';
import { vitBlock, vitBlockSpecs } from '../layers/vit-block.ts';
import { convInit, convNormActSpecs, convNormSilu } from './conv-norm-act.ts';
import type { Pass } from './pass.ts';

/** Side of the pixel groups: pixels at the same place of every group attend to each other. */
const PATCH = 2;
const HEADS = 4;
const HIDDEN_RATIO = 2;
/** torch.nn.LayerNorm's default; timm's other transformers use 1e-6. */
const EPSILON = 1e-5;
/** timm's byobnet starts linear weights at N(0, 0.01). */
const LINEAR_INIT: Initialiser = { kind: 'normal', std: 0.01 };

/** Names as in timm's MobileVitBlock; D = `width` inside the transformer. */
export function mobileVitBlockSpecs(
  channels: number,
  { width, depth }: { readonly width: number; readonly depth: number },
): ParameterSpecs {
  const blocks = Array.from({ length: depth }, (_, i) =>
    scoped(`transformer.${i}`, vitBlockSpecs({ width, hidden: HIDDEN_RATIO * width, init: LINEAR_INIT })),
  );
  return {
    ...scoped('conv_kxk', convNormActSpecs(channels, channels, 3)),
    ...scoped('conv_1x1', conv2dSpecs({ input: channels, output: width, kernel: 1, init: convInit(width, 1) })),
    ...(Object.assign({}, ...blocks) as ParameterSpecs),
    ...scoped('norm', layerNormSpecs(width)),
    ...scoped('conv_proj', convNormActSpecs(width, channels, 1)),
    ...scoped('conv_fusion', convNormActSpecs(2 * channels, channels, 3)),
  };
}

/**
 * conv3x3([x, conv1x1(fold(transformer(unfold(conv1x1(conv3x3(x))))))]); a map with an odd side is enlarged by a pixel for
 * the transformer, as timm does. [B, h, w, C] to the same shape.
 *
 * Source: paper, figure 1b; timm/models/mobilevit.py, class MobileVitBlock.
 */
export function mobileVitBlock(pass: Pass, name: string, x: Tensor4D, depth: number): Tensor4D {
  const [, h, w] = x.shape;
  const local = conv2d(pass.params, `${name}.conv_1x1`, convNormSilu(pass, `${name}.conv_kxk`, x, { pad: 1 })); // [B, h, w, D]
  const even = resizeBilinear(local, PATCH * Math.ceil(h / PATCH), PATCH * Math.ceil(w / PATCH));
  const mixed = fold(transform(pass, name, unfold(even), depth), even.shape);
  const global = convNormSilu(pass, `${name}.conv_proj`, resizeBilinear(mixed, h, w)); // [B, h, w, C]
  return convNormSilu(pass, `${name}.conv_fusion`, concat([x, global], 3), { pad: 1 });
}

/** [B * 4, T, D] to the same shape. */
function transform({ params }: Pass, name: string, tokens: Tensor, depth: number): Tensor {
  let y = tokens;
  for (let i = 0; i < depth; i++) {
    y = vitBlock(params, `${name}.transformer.${i}`, y, { heads: HEADS, epsilon: EPSILON, activation: silu });
  }
  return layerNorm(params, `${name}.norm`, y, EPSILON);
}

/** One sequence for each of the four places in a 2 x 2 group: [B, h, w, D] to [B * 4, h w / 4, D]. */
function unfold(x: Tensor4D): Tensor {
  const [B, h, w, D] = x.shape;
  const groups = reshape(x, [B, h / PATCH, PATCH, w / PATCH, PATCH, D]);
  const places = transpose(groups, [0, 2, 4, 1, 3, 5]); // [B, 2, 2, h / 2, w / 2, D]
  return reshape(places, [B * PATCH * PATCH, (h * w) / PATCH ** 2, D]);
}

/** Undoes `unfold`: [B * 4, h w / 4, D] to [B, h, w, D]. */
function fold(tokens: Tensor, [B, h, w, D]: Tensor4D['shape']): Tensor4D {
  const places = reshape(tokens, [B, PATCH, PATCH, h / PATCH, w / PATCH, D]);
  return reshape(transpose(places, [0, 3, 1, 4, 2, 5]), [B, h, w, D]);
}
