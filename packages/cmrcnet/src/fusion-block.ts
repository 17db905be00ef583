/**
 * The fusion block: image tokens attend to each other, pass a feed-forward part, and take in the spot tokens.
 *
 * Source: `Block_fusion_MCFN_2` of the authors' vit_model.py and `cross_attention_MCFN_2` of modules.py (4c4d157).
 */
import type { NamedTensors } from '@spotbench/core';
import {
  dropout,
  gelu,
  layerNormSpecs,
  linear,
  linearSpecs,
  multiHeadAttention,
  relu,
  scoped,
  vitBlock,
  type DropoutMask,
  type ParameterSpecs,
  type VitBlockMasks,
} from '@spotbench/engine';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';

/** PyTorch's default, unlike the vision transformer's 1e-6. */
const EPSILON = 1e-5;

/** Names as the authors'. Every linear layer starts as PyTorch's default: only the vision transformer has its own start. */
export function fusionBlockSpecs({ projectionWidth: P, fusionHiddenRatio }: Config): ParameterSpecs {
  const square = linearSpecs({ input: P, output: P });
  const hidden = fusionHiddenRatio * P;
  return {
    ...scoped('norm1', layerNormSpecs(P)),
    ...scoped('attn.qkv', linearSpecs({ input: P, output: 3 * P })),
    ...scoped('attn.proj', square),
    ...scoped('norm2', layerNormSpecs(P)),
    ...scoped('mlp.fc1', linearSpecs({ input: P, output: hidden })),
    ...scoped('mlp.fc2', linearSpecs({ input: hidden, output: P })),
    ...scoped('cross_attention.fc_q.0', square),
    ...scoped('cross_attention.fc_k.0', square),
    ...scoped('cross_attention.fc_v1', square),
    ...scoped('cross_attention.fc_v2', square),
  };
}

/** Masks of one pass through the block; none in evaluation mode. */
export interface FusionMasks extends VitBlockMasks {
  readonly query?: DropoutMask;
  readonly key?: DropoutMask;
}

/** The dropouts of one pass by name, each with its rate and the shape of what it acts on. T image tokens, S spot tokens. */
export function fusionDropouts(
  { projectionWidth: P, fusionHiddenRatio, dropout: rate, crossDropout }: Config,
  [B, T, S]: readonly [number, number, number],
) {
  return {
    attention: { rate, shape: [B, T, P] },
    hidden: { rate, shape: [B, T, fusionHiddenRatio * P] },
    output: { rate, shape: [B, T, P] },
    query: { rate: crossDropout, shape: [B, T, P] },
    key: { rate: crossDropout, shape: [B, S, P] },
  } satisfies Record<keyof FusionMasks, { rate: number; shape: readonly number[] }>;
}

/** x += SelfAttention(LN(x)); x += MLP(LN(x)); x += Cross(x, y): x [B, T, P] and y [B, S, P] give [B, T, P]. */
export function fusionBlock(
  params: NamedTensors,
  name: string,
  tokens: { readonly x: Tensor; readonly y: Tensor },
  heads: number,
  masks: FusionMasks,
): Tensor {
  const x = vitBlock(params, name, tokens.x, { heads, epsilon: EPSILON, activation: gelu }, masks); // [B, T, P]
  return add(x, crossPart(params, `${name}.cross_attention`, { x, y: tokens.y }, heads, masks));
}

/**
 * q = ReLU(Wq x), k = ReLU(Wk y); Wv1 q + softmax(q k^T / sqrt(P / H)) Wv2 k per head: the values are made of the queries and
 * keys themselves, and there is no output projection. x [B, T, P] and y [B, S, P] give [B, T, P].
 */
function crossPart(
  params: NamedTensors,
  name: string,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  heads: number,
  masks: FusionMasks,
): Tensor {
  const q = dropout(relu(linear(params, `${name}.fc_q.0`, x)), masks.query); // [B, T, P]
  const k = dropout(relu(linear(params, `${name}.fc_k.0`, y)), masks.key); // [B, S, P]
  const fromSpot = multiHeadAttention(q, k, linear(params, `${name}.fc_v2`, k), heads); // [B, T, P]
  return add(linear(params, `${name}.fc_v1`, q), fromSpot);
}
