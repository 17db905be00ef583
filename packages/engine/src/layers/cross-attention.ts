import {
  add,
  matMul,
  reshape,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { zeros } from '../initialisers/kinds.ts';
import { multiHeadAttention } from './attention.ts';
import { linear, linearSpecs } from './linear.ts';
import { parameter, scoped, type ParameterSpecs } from './parameter.ts';
import { requireLastAxis, requireRank } from './require-shape.ts';

/**
 * `in_proj_weight` [3 D, D] (query, key and value in that order) and `in_proj_bias` [3 D]; `out_proj` [D, D] with bias.
 *
 * Source: torch.nn.MultiheadAttention: Xavier uniform for the three projections together, zero biases.
 */
export function crossAttentionSpecs(width: number): ParameterSpecs {
  const { weight, bias } = linearSpecs({ input: width, output: width });
  return {
    in_proj_weight: { shape: [3 * width, width], init: { kind: 'uniform', bound: Math.sqrt(6 / (4 * width)) } },
    in_proj_bias: { shape: [3 * width], init: zeros },
    ...scoped('out_proj', { weight, bias: { ...bias, init: zeros } }),
  };
}

/**
 * Attention of the tokens of `query` [B, T, D] over those of `context` [B, S, D], then the output projection: [B, T, D].
 * With `context` equal to `query` it is self-attention.
 *
 * Source: torch.nn.MultiheadAttention(D, heads, batch_first=True) with keys and values from one sequence.
 */
export function crossAttention(
  params: TensorMap,
  name: string,
  query: Tensor,
  context: Tensor,
  heads: number,
): Tensor3D {
  requireRank(`${name}: the queries [B, T, D]`, query, 3);
  requireRank(`${name}: the context [B, S, D]`, context, 3);
  const q = project(params, name, query, 0); // [B, T, D]
  const [k, v] = [project(params, name, context, 1), project(params, name, context, 2)]; // [B, S, D]
  return linear(params, `${name}.out_proj`, multiHeadAttention(q, k, v, heads)) as Tensor3D; // [B, T, D]
}

/** x times the third of the projection that belongs to query (0), key (1) or value (2): [B, T, D] to [B, T, D]. */
function project(params: TensorMap, name: string, x: Tensor, part: 0 | 1 | 2): Tensor {
  const weight = parameter(params, `${name}.in_proj_weight`) as Tensor2D; // [3 D, D]
  const bias = parameter(params, `${name}.in_proj_bias`) as Tensor1D; // [3 D]
  const D = weight.shape[1];
  requireLastAxis(name, x, D);
  const rows = matMul(reshape(x, [-1, D]), slice(weight, [part * D, 0], [D, D]), false, true); // [B T, D]
  return reshape(add(rows, slice(bias, [part * D], [D])), x.shape); // [B, T, D]
}
