import { matMul, mul, reshape, softmax, split, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { linear, linearSpecs } from './linear.ts';
import { scoped, type ParameterSpecs } from './parameter.ts';
import { requireRank } from './require-shape.ts';

/** Heads of a multi-head attention; the inner width is `heads * headWidth`, whatever the width of the tokens. */
export interface HeadOptions {
  readonly heads: number;
  readonly headWidth: number;
}

/** `to_qkv.weight` [3 * H * headWidth, D] without bias; `to_out.0` [D, H * headWidth] with bias. */
export function selfAttentionSpecs(width: number, { heads, headWidth }: HeadOptions): ParameterSpecs {
  const inner = heads * headWidth;
  return {
    ...scoped('to_qkv', linearSpecs({ input: width, output: 3 * inner, bias: false })),
    ...scoped('to_out.0', linearSpecs({ input: inner, output: width })),
  };
}

/**
 * softmax(q k^T / sqrt(headWidth)) v per head, heads joined, then the output projection. x [B, T, D] gives [B, T, D].
 *
 * Source: Vaswani et al. 2017; class `Attention` of mclSTExp's model.py (fdd3ab1): qkv from one matrix without bias,
 * its output split into q, k and v in that order, heads outermost within each.
 */
export function selfAttention(params: TensorMap, name: string, x: Tensor, { heads, headWidth }: HeadOptions): Tensor {
  requireRank(`${name}: the token sequence [B, T, D]`, x, 3);
  const [B, T] = x.shape as [number, number, number];
  const qkv = linear(params, `${name}.to_qkv`, x); // [B, T, 3 * H * headWidth]
  const [q, k, v] = split(qkv, 3, 2).map((part) => splitHeads(part)) as [Tensor4D, Tensor4D, Tensor4D];
  const scores = mul(matMul(q, k, false, true), 1 / Math.sqrt(headWidth)); // [B, H, T, T]
  const mixed = matMul(softmax(scores, -1), v); // [B, H, T, headWidth]
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [B, T, heads * headWidth]);
  return linear(params, `${name}.to_out.0`, joined); // [B, T, D]

  function splitHeads(part: Tensor): Tensor4D {
    return transpose(reshape(part, [B, T, heads, headWidth]), [0, 2, 1, 3]); // [B, H, T, headWidth]
  }
}
