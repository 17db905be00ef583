import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { dropout, type DropoutMask } from './dropout.ts';
import { gelu } from './gelu.ts';
import { layerNorm, layerNormSpecs } from './layer-norm.ts';
import { linear, linearSpecs } from './linear.ts';
import { scoped, type ParameterSpecs } from './parameter.ts';
import { selfAttention, selfAttentionSpecs, type HeadOptions } from './self-attention.ts';

/** Heads, and the hidden width of the feed-forward part. */
export interface TransformerBlockOptions extends HeadOptions {
  readonly hidden: number;
}

/** Masks of the block's three dropouts; an absent one means evaluation mode or rate 0. */
export interface TransformerBlockMasks {
  readonly attention?: DropoutMask;
  readonly hidden?: DropoutMask;
  readonly output?: DropoutMask;
}

/** Names as in mclSTExp's `attn_block`: `attn.norm`, `attn.fn.*`, `ff.norm`, `ff.fn.net.0`, `ff.fn.net.3`. */
export function transformerBlockSpecs(width: number, options: TransformerBlockOptions): ParameterSpecs {
  return {
    ...scoped('attn.norm', layerNormSpecs(width)),
    ...scoped('attn.fn', selfAttentionSpecs(width, options)),
    ...scoped('ff.norm', layerNormSpecs(width)),
    ...scoped('ff.fn.net.0', linearSpecs({ input: width, output: options.hidden })),
    ...scoped('ff.fn.net.3', linearSpecs({ input: options.hidden, output: width })),
  };
}

/**
 * y = x + Attention(LN(x)); y + W2 gelu(W1 LN(y) + b1) + b2: a pre-norm block, x [B, T, D] to [B, T, D].
 *
 * Source: class `attn_block` of mclSTExp's model.py (fdd3ab1), after Xiong et al. 2020, "On layer normalization in the
 * transformer architecture".
 */
export function transformerBlock(
  params: TensorMap,
  name: string,
  x: Tensor,
  options: TransformerBlockOptions,
  masks: TransformerBlockMasks = {},
): Tensor {
  const attended = selfAttention(params, `${name}.attn.fn`, layerNorm(params, `${name}.attn.norm`, x), options);
  const y = add(x, dropout(attended, masks.attention)); // [B, T, D]
  const hidden = gelu(linear(params, `${name}.ff.fn.net.0`, layerNorm(params, `${name}.ff.norm`, y)));
  const output = linear(params, `${name}.ff.fn.net.3`, dropout(hidden, masks.hidden));
  return add(y, dropout(output, masks.output)); // [B, T, D]
}
