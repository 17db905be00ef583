import { add, matMul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { biasUniform, kaimingUniform } from '../initialisers/kinds.ts';
import { parameter, type ParameterSpecs } from './parameter.ts';
import { requireLastAxis } from './require-shape.ts';

/** Width in and out of a linear layer; `bias` defaults to true. */
export interface LinearOptions {
  readonly input: number;
  readonly output: number;
  readonly bias?: boolean;
}

/** `weight` [output, input] and `bias` [output], with PyTorch's default initialisation. */
export function linearSpecs({ input, output, bias = true }: LinearOptions): ParameterSpecs {
  const weight = { shape: [output, input], init: kaimingUniform };
  if (!bias) return { weight };
  return { weight, bias: { shape: [output], init: biasUniform(weight.shape) } };
}

/**
 * y = x W^T + b, with x [..., input], W = `name.weight` [output, input], and b = `name.bias` [output] where there is one.
 *
 * Source: torch.nn.Linear.
 */
export function linear(params: TensorMap, name: string, x: Tensor): Tensor {
  const weight = parameter(params, `${name}.weight`);
  const [output, input] = weight.shape as [number, number];
  requireLastAxis(name, x, input);
  const rows = reshape(x, [-1, input]); // [rows, input]
  const product = matMul(rows, weight, false, true); // [rows, output]
  const biasName = `${name}.bias`;
  const shifted = Object.hasOwn(params, biasName) ? add(product, parameter(params, biasName)) : product;
  return reshape(shifted, [...x.shape.slice(0, -1), output]); // [..., output]
}
