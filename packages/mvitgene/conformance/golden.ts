/** The whole published model, both networks included, as golden files of the authors' own code describe it. */
import { SpotbenchError, type Batch } from '@spotbench/core';
import { adamW, type GoldenAdapter, type GoldenModel, type HostArray } from '@spotbench/engine';
import { u01 } from '@spotbench/engine/conformance';
import { zeros, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { configSchema, imageFeatures, modelOf, predictExpression, type Config } from '../src/index.ts';

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
  const { learningRate, weightDecay } = optimiserOf(file);
  return {
    parameters: {
      ...imageEncoder.parameters(sizes),
      ...spotEncoder.parameters(sizes),
      ...loss.parameters!(sizes),
    },
    inputs: {
      image: floats('input.image', [B, 3, S, S], 1),
      expression: floats('input.expression', [B, G], 3),
      full_expression: floats('input.full_expression', [B, G], 2),
    },
    optimiser: adamW({ weightDecay }),
    learningRate,
    forward: (parameters, inputs) => forward(config, parameters, batchOf(inputs)),
    loss(parameters, inputs) {
      const batch = batchOf(inputs);
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

function optimiserOf({ optimizer }: FileConfig) {
  const [, learningRate, weightDecay] = /lr=([\d.e-]+), weight_decay=([\d.e-]+)/.exec(optimizer)!;
  return { learningRate: Number(learningRate), weightDecay: Number(weightDecay) };
}

function batchOf(inputs: Inputs): Batch {
  const expression = inputs.expression as Tensor2D;
  return {
    features: {},
    images: { patch: inputs.image as Tensor4D },
    expression,
    position: zeros([expression.shape[0], 2], 'int32'), // not read
    random: {},
  };
}

function floats(name: string, shape: readonly number[], scale: number): HostArray {
  const size = shape.reduce((product, side) => product * side, 1);
  return { dtype: 'float32', shape, data: Float32Array.from(u01(name, size), (u) => scale * u) };
}
