import type { Initialiser } from '@spotbench/core';
import { add, split, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { zeros } from '../initialisers/kinds.ts';
import { multiHeadAttention } from './attention.ts';
import { dropout, type DropoutMask } from './dropout.ts';
import { layerNorm, layerNormSpecs } from './layer-norm.ts';
import { linear, linearSpecs } from './linear.ts';
import { scoped, type ParameterSpecs } from './parameter.ts';

/** Widths of a block and how its linear weights start; biases start at zero. */
export interface VitBlockShape {
  readonly width: number;
  readonly hidden: number;
  readonly init: Initialiser;
}

/** How a block computes. */
export interface VitBlockOptions {
  readonly heads: number;
  /** Epsilon of both norms. */
  readonly epsilon: number;
  readonly activation: (x: Tensor) => Tensor;
}

/** Masks of the dropouts behind the two branches and the hidden layer; absent in evaluation mode or at rate 0. */
export interface VitBlockMasks {
  readonly attention?: DropoutMask;
  readonly hidden?: DropoutMask;
  readonly output?: DropoutMask;
}

/** Names as in timm's `vision_transformer.Block`: `norm1`, `attn.qkv`, `attn.proj`, `norm2`, `mlp.fc1`, `mlp.fc2`. */
export function vitBlockSpecs({ width, hidden, init }: VitBlockShape): ParameterSpecs {
  return {
    ...scoped('norm1', layerNormSpecs(width)),
    ...scoped('attn.qkv', started(init, linearSpecs({ input: width, output: 3 * width }))),
    ...scoped('attn.proj', started(init, linearSpecs({ input: width, output: width }))),
    ...scoped('norm2', layerNormSpecs(width)),
    ...scoped('mlp.fc1', started(init, linearSpecs({ input: width, output: hidden }))),
    ...scoped('mlp.fc2', started(init, linearSpecs({ input: hidden, output: width }))),
  };
}

/** The specs of a linear layer with its weight drawn by `init` and its bias zero. */
export function started(init: Initialiser, { weight, bias }: ParameterSpecs): ParameterSpecs {
  return { weight: { ...weight, init }, bias: { ...bias, init: zeros } };
}

/**
 * y = x + Attention(LN(x)); y + W2 act(W1 LN(y) + b1) + b2: a pre-norm block with biases on query, key and value.
 * x [B, T, D] gives [B, T, D].
 *
 * Source: Dosovitskiy et al. 2021; timm/models/vision_transformer.py, class Block.
 */
export function vitBlock(
  params: TensorMap,
  name: string,
  x: Tensor,
  { heads, epsilon, activation }: VitBlockOptions,
  masks: VitBlockMasks = {},
): Tensor {
  const qkv = linear(params, `${name}.attn.qkv`, layerNorm(params, `${name}.norm1`, x, epsilon)); // [B, T, 3 D]
  const [q, k, v] = split(qkv, 3, 2) as [Tensor, Tensor, Tensor]; // [B, T, D] each
  const attended = linear(params, `${name}.attn.proj`, multiHeadAttention(q, k, v, heads)); // [B, T, D]
  const y = add(x, dropout(attended, masks.attention));
  const hidden = activation(linear(params, `${name}.mlp.fc1`, layerNorm(params, `${name}.norm2`, y, epsilon)));
  const output = linear(params, `${name}.mlp.fc2`, dropout(hidden, masks.hidden)); // [B, T, D]
  return add(y, dropout(output, masks.output));
}
