import { gather, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { standardNormal } from '../initialisers/kinds.ts';
import { parameter, type ParameterSpecs } from './parameter.ts';

/** `weight` [rows, D], drawn from N(0, 1) as torch.nn.Embedding does. */
export function embeddingSpecs(rows: number, width: number): ParameterSpecs {
  return { weight: { shape: [rows, width], init: standardNormal } };
}

/**
 * y[b] = W[indices[b]], with indices [B] int32 and W = `name.weight` [rows, D]; y is [B, D]. Indices must be in range:
 * no engine checks them, so the code that makes them does.
 *
 * Source: torch.nn.Embedding.
 */
export function embedding(params: TensorMap, name: string, indices: Tensor1D): Tensor {
  return gather(parameter(params, `${name}.weight`), indices, 0); // [B, D]
}
