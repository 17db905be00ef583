/** Predicts expression from the embedding of the tiles, for the loss alone. Source: `pred_head` of models.py (6f6815f). */
import type { NamedTensors } from '@spotbench/core';
import { gelu, layerNorm, layerNormSpecs, linear, linearSpecs, scoped, type ParameterSpecs } from '@spotbench/engine';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';

const HEAD = 'pred_head';

/** Numbers are places in the authors' `Sequential`, where 1 and 4 are GELU. */
export function predictionHeadSpecs(
  { projectionWidth, predictionWidths: [first, second] }: Config,
  geneCount: number,
): ParameterSpecs {
  return {
    ...scoped(`${HEAD}.0`, linearSpecs({ input: projectionWidth, output: first })),
    ...scoped(`${HEAD}.2`, layerNormSpecs(first)),
    ...scoped(`${HEAD}.3`, linearSpecs({ input: first, output: second })),
    ...scoped(`${HEAD}.5`, layerNormSpecs(second)),
    ...scoped(`${HEAD}.6`, linearSpecs({ input: second, output: geneCount })),
  };
}

/** h = LN(gelu(W x + b)) twice, then a linear layer: [B, P] to [B, G]. */
export function predictExpression(parameters: NamedTensors, embedding: Tensor2D): Tensor2D {
  const hidden = (x: Tensor, layer: number) =>
    layerNorm(parameters, `${HEAD}.${layer + 2}`, gelu(linear(parameters, `${HEAD}.${layer}`, x)));
  const first = hidden(embedding, 0); // [B, 256]
  const second = hidden(first, 3); // [B, 128]
  return linear(parameters, `${HEAD}.6`, second) as Tensor2D;
}
