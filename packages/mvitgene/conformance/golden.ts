/** The whole published model, both networks included, as golden files of the authors' own code describe it. */
import { SpotbenchError, type Batch } from '@spotbench/core';
import { adamW, type GoldenAdapter, type GoldenModel } from '@spotbench/engine';
import { goldenBatch, goldenFloats, goldenOptimiser, goldenSpots } from '@spotbench/engine/conformance';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { configSchema, type Config } from '../src/config.ts';
import { imageFeatures } from '../src/image-features.ts';
import { modelOf } from '../src/method.ts';
import { predictExpression } from '../src/prediction-head.ts';

/** What a file says about its model; a field that is not listed here could change a number, and is refused. */
const fileConfig = z.strictObject({
  B: z.int().min(2),
  image: z.int().min(3),
  genes: z.int().positive(),
  temperature: z.number().positive(),
  sigma: z.number().positive(),
  /** What MSE and Pearson compare with; the spots' own input is `expression`. */
  full_expression: z.literal('2*u01("input.full_expression",[B,G])'),
  loss: z.literal('hard + soft + vit + mse + pearson, all weights 1'),
  /** E.g. `AdamW(lr=1e-5, weight_decay=1e-2)`. */
  optimizer: z.string().regex(/^AdamW\(lr=[\d.e-]+, weight_decay=[\d.e-]+\)$/),
});
type FileConfig = z.infer<typeof fileConfig>;

/** MViTGene. */
export const golden: GoldenAdapter = {
  method: 'MViTGene',
  model(config) {
    const parsed = fileConfig.safeParse(config);
    if (parsed.success) return goldenModel(parsed.data);
    throw new SpotbenchError('bad-config', `golden file of MViTGene: "config": ${z.prettifyError(parsed.error)}`);
  },
};

function goldenModel(file: FileConfig): GoldenModel {
  const { B, image: S, genes: G } = file;
  const { temperature, sigma } = file;
  // Every dropout is 0 in golden files.
  const config = configSchema.parse({ temperature, sigma, dropout: 0 });
  const { imageEncoder, spotEncoder, loss } = modelOf(config, 'finetune');
  const sizes = { featureWidth: 0, tokens: {}, imageSizePx: S, geneCount: G, positionCount: 1 };
  const { learningRate, weightDecay } = goldenOptimiser(file.optimizer);
  return {
    parameters: {
      ...imageEncoder.parameters(sizes),
      ...spotEncoder.parameters(sizes),
      ...loss.parameters!(sizes),
    },
    inputs: {
      ...goldenSpots(file),
      full_expression: goldenFloats('input.full_expression', [B, G], 2),
    },
    optimiser: adamW({ weightDecay }),
    learningRate,
    forward: (parameters, inputs) => forward(config, parameters, goldenBatch(inputs)),
    loss(parameters, inputs) {
      const batch = goldenBatch(inputs);
      const image = imageEncoder.encode(parameters, batch, 'train');
      const spot = spotEncoder.encode(parameters, batch, 'train');
      const target = { ...batch, expression: inputs.full_expression as Tensor2D };
      return { ...loss.compute({ image, spot, batch: target, parameters }), updates: { ...image.updates } };
    },
  };
}

type Inputs = Readonly<Record<string, Tensor>>;

function forward(config: Config, parameters: Inputs, batch: Batch): Inputs {
  const { imageEncoder, spotEncoder } = modelOf(config, 'finetune');
  const source = imageFeatures('finetune');
  const image = imageEncoder.encode(parameters, batch, 'train');
  return {
    tile_features: source.tiles(parameters, batch, 'train').features, // [9B, 2048]
    tile_features_eval: source.tiles(parameters, batch, 'eval').features,
    vit_features: source.vit(parameters, batch, 'train').features, // [B, 640]
    vit_features_eval: source.vit(parameters, batch, 'eval').features,
    image_embeddings: image.embedding,
    vit_embeddings: image.others!.vit,
    spot_embeddings: spotEncoder.encode(parameters, batch, 'train').embedding,
    prediction: predictExpression(parameters, image.embedding),
  };
}
