import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { dropout, type DropoutMask } from './dropout.ts';
import { gelu } from './gelu.ts';
import { layerNorm, layerNormSpecs } from './layer-norm.ts';
import { linear, linearSpecs } from './linear.ts';
import { scoped, type ParameterSpecs } from './parameter.ts';

/** `projection` input -> output, `fc` output -> output, `layer_norm` of the output width. */
export function projectionHeadSpecs(input: number, output: number): ParameterSpecs {
  return {
    ...scoped('projection', linearSpecs({ input, output })),
    ...scoped('fc', linearSpecs({ input: output, output })),
    ...scoped('layer_norm', layerNormSpecs(output)),
  };
}

/**
 * p = W1 x + b1; y = LayerNorm(dropout(W2 gelu(p) + b2) + p). x [B, input] gives [B, output].
 *
 * Source: class `ProjectionHead`, equal in mclSTExp (fdd3ab1), HisCMCL, CMRCNet and MViTGene; it comes from the
 * OpenAI-CLIP re-implementation those build on.
 */
export function projectionHead(params: TensorMap, name: string, x: Tensor, mask?: DropoutMask): Tensor {
  const projected = linear(params, `${name}.projection`, x); // [B, output]
  const mixed = dropout(linear(params, `${name}.fc`, gelu(projected)), mask);
  return layerNorm(params, `${name}.layer_norm`, add(mixed, projected));
}
