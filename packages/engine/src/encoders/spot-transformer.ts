import type { Batch, Encoder, ModelSizes, NamedTensors } from '@spotbench/core';
import {
  add,
  expandDims,
  reshape,
  slice,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { embedding, embeddingSpecs } from '../layers/embedding.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { transformerBlock, transformerBlockSpecs, type TransformerBlockOptions } from '../layers/transformer-block.ts';
import { projection, type ProjectionOptions } from './projection.ts';

/** Sizes of the spot encoder; heads * headWidth need not be the number of genes. */
export interface SpotTransformerOptions extends ProjectionOptions {
  readonly heads: number;
  readonly headWidth: number;
  readonly layers: number;
}

/**
 * Expression + Ex[x] + Ey[y], then transformer blocks over one sequence whose tokens are the spots of the batch, then the
 * spot projection head: [B, G] to [B, P]. Parameters are `x_embed`, `y_embed`, `spot_encoder.<layer>` and
 * `spot_projection`.
 *
 * Source: `mclSTExp_Attention` of mclSTExp's model.py (fdd3ab1), which HisCMCL's (cad8a82) repeats.
 */
export function spotTransformer(options: SpotTransformerOptions): Encoder {
  const head = projection('spot_projection', options);
  return {
    parameters: (sizes) => ({
      ...scoped('x_embed', embeddingSpecs(sizes.positionCount, sizes.geneCount)),
      ...scoped('y_embed', embeddingSpecs(sizes.positionCount, sizes.geneCount)),
      ...blockSpecs(options, sizes),
      ...head.parameters(sizes.geneCount),
    }),
    random: (_sizes, batchSize) => head.random(batchSize),
    encode(parameters, batch, mode) {
      const spots = encodeSpots(options, parameters, batch); // [B, G]
      return { embedding: head.project(parameters, spots, batch, mode) }; // [B, P]
    },
  };
}

/** The output of `spotTransformer` before its projection head. [B, G] */
export function encodeSpots(
  options: SpotTransformerOptions,
  parameters: NamedTensors,
  { expression, position }: Pick<Batch, 'expression' | 'position'>,
): Tensor2D {
  const [B, G] = expression.shape;
  const x = embedding(parameters, 'x_embed', coordinate(position, 0)); // [B, G]
  const y = embedding(parameters, 'y_embed', coordinate(position, 1)); // [B, G]
  let tokens: Tensor = expandDims(add(add(expression, x), y), 0); // [1, B, G]: one sequence of B tokens
  for (let layer = 0; layer < options.layers; layer++) {
    tokens = transformerBlock(parameters, `spot_encoder.${layer}`, tokens, blockOptions(options, G));
  }
  return reshape(tokens, [B, G]);
}

function blockSpecs(options: SpotTransformerOptions, { geneCount: G }: ModelSizes): ParameterSpecs {
  const specs = Array.from({ length: options.layers }, (_, layer) =>
    scoped(`spot_encoder.${layer}`, transformerBlockSpecs(G, blockOptions(options, G))),
  );
  return Object.assign({}, ...specs) as ParameterSpecs;
}

/** The feed-forward part is as wide as the tokens: G -> G -> G. */
function blockOptions({ heads, headWidth }: SpotTransformerOptions, G: number): TransformerBlockOptions {
  return { heads, headWidth, hidden: G };
}

/** Column 0 (x) or 1 (y) of the positions. [B] */
function coordinate(position: Tensor2D, column: 0 | 1): Tensor1D {
  return squeeze(slice(position, [0, column], [-1, 1]), [1]);
}
