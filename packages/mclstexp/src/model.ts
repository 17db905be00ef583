/**
 * mclSTExp (Min et al. 2024, arXiv 2407.08216), after `mclSTExp_Attention` of the authors' model.py (fdd3ab1), in the
 * frozen regime: cached image features take the place of DenseNet-121's pooled ones. Parameter names are the authors'.
 *
 * B spots in the batch, G genes, D image features, P width of the shared space.
 */
import {
  embedding,
  embeddingSpecs,
  projectionHead,
  projectionHeadSpecs,
  scoped,
  transformerBlock,
  transformerBlockSpecs,
  type DropoutMask,
  type TransformerBlockOptions,
} from '@spotbench/engine';
import { SpotbenchError, type Batch, type Encoder, type ModelSizes, type NamedTensors } from '@spotbench/core';
import {
  add,
  expandDims,
  reshape,
  slice,
  squeeze,
  type Tensor1D,
  type Tensor2D,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';

/** Frozen features [B, D] -> image projection head -> [B, P]. */
export function imageEncoder({ projectionWidth, dropout }: Config): Encoder {
  const head = 'image_projection';
  return {
    parameters: ({ featureWidth }) => scoped(head, projectionHeadSpecs(featureWidth, projectionWidth)),
    random: (_sizes, batchSize) => headMask(head, dropout, [batchSize, projectionWidth]),
    encode(parameters, batch, mode) {
      const mask = maskOf(head, dropout, batch, mode);
      return { embedding: projectionHead(parameters, head, patchFeatures(batch), mask) as Tensor2D }; // [B, P]
    },
  };
}

/**
 * Expression + Ex[x] + Ey[y], then transformer blocks over one sequence whose tokens are the spots of the batch, then the
 * spot projection head: [B, G] -> [B, P].
 */
export function spotEncoder(config: Config): Encoder {
  const { projectionWidth, dropout } = config;
  const head = 'spot_projection';
  return {
    parameters: (sizes) => ({
      ...scoped('x_embed', embeddingSpecs(sizes.positionCount, sizes.geneCount)),
      ...scoped('y_embed', embeddingSpecs(sizes.positionCount, sizes.geneCount)),
      ...blockSpecs(config, sizes),
      ...scoped(head, projectionHeadSpecs(sizes.geneCount, projectionWidth)),
    }),
    random: (_sizes, batchSize) => headMask(head, dropout, [batchSize, projectionWidth]),
    encode(parameters, batch, mode) {
      const spots = encodeSpots(config, parameters, batch); // [B, G]
      const mask = maskOf(head, dropout, batch, mode);
      return { embedding: projectionHead(parameters, head, spots, mask) as Tensor2D }; // [B, P]
    },
  };
}

/** The spot encoder's output before its projection head. [B, G] */
export function encodeSpots(config: Config, parameters: NamedTensors, { expression, position }: Batch): Tensor2D {
  const [B, G] = expression.shape;
  const x = embedding(parameters, 'x_embed', coordinate(position, 0)); // [B, G]
  const y = embedding(parameters, 'y_embed', coordinate(position, 1)); // [B, G]
  let tokens: Tensor = expandDims(add(add(expression, x), y), 0); // [1, B, G]: one sequence of B tokens
  for (let layer = 0; layer < config.layers; layer++) {
    tokens = transformerBlock(parameters, `spot_encoder.${layer}`, tokens, blockOptions(config, G));
  }
  return reshape(tokens, [B, G]);
}

function blockSpecs(config: Config, { geneCount: G }: ModelSizes) {
  const specs = Array.from({ length: config.layers }, (_, layer) =>
    scoped(`spot_encoder.${layer}`, transformerBlockSpecs(G, blockOptions(config, G))),
  );
  return Object.assign({}, ...specs) as ReturnType<typeof scoped>;
}

/** The feed-forward part is as wide as the tokens: G -> G -> G. */
function blockOptions({ heads, headWidth }: Config, G: number): TransformerBlockOptions {
  return { heads, headWidth, hidden: G };
}

/** Column 0 (x) or 1 (y) of the positions. [B] */
function coordinate(position: Tensor2D, column: 0 | 1): Tensor1D {
  return squeeze(slice(position, [0, column], [-1, 1]), [1]);
}

function headMask(head: string, rate: number, shape: readonly number[]) {
  if (rate === 0) return {};
  return { [`${head}.dropout`]: { kind: 'bernoulli', keep: 1 - rate, shape } as const };
}

function maskOf(head: string, rate: number, { random }: Batch, mode: 'train' | 'eval'): DropoutMask | undefined {
  if (rate === 0 || mode === 'eval') return undefined;
  return { keep: random[`${head}.dropout`], rate };
}

function patchFeatures({ features }: Batch): Tensor {
  if (features.patch !== undefined) return features.patch;
  throw new SpotbenchError('unsupported', 'mclstexp: needed frozen image features, got none; use the frozen regime');
}
