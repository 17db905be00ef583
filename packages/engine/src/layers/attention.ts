import {
  matMul,
  mul,
  reshape,
  softmax,
  transpose,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { SpotbenchError } from '@spotbench/core';

/**
 * softmax(q k^T / sqrt(D / H)) v per head, heads joined: q [B, T, D], k [B, S, D] and v [B, S, D] give [B, T, D]. Head h owns
 * columns h D / H .. (h + 1) D / H.
 *
 * Source: Vaswani et al. 2017; torch.nn.functional.scaled_dot_product_attention.
 *
 * @throws SpotbenchError `bad-config` when D is not a multiple of H.
 */
export function multiHeadAttention(q: Tensor, k: Tensor, v: Tensor, heads: number): Tensor3D {
  const [B, T, D] = q.shape as [number, number, number];
  if (D % heads !== 0) {
    throw new SpotbenchError('bad-config', `attention: the width must be a multiple of ${heads} heads, got ${D}`);
  }
  const perHead = (x: Tensor): Tensor4D => transpose(reshape(x, [B, x.shape[1]!, heads, D / heads]), [0, 2, 1, 3]); // [B, H, T or S, D / H]
  const scores = matMul(mul(perHead(q), 1 / Math.sqrt(D / heads)), perHead(k), false, true); // [B, H, T, S]
  const mixed = matMul(softmax(scores, -1), perHead(v)); // [B, H, T, D / H]
  return reshape(transpose(mixed, [0, 2, 1, 3]), [B, T, D]);
}
