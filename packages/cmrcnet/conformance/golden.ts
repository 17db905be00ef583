/** The whole published model, vision transformer included, as golden files of the authors' own code describe it. */
import { SpotbenchError, type Batch, type ModelSizes } from '@spotbench/core';
import {
  adamW,
  linearSpecs,
  scoped,
  type GoldenAdapter,
  type GoldenModel,
  type HostArray,
  type ParameterSpecs,
} from '@spotbench/engine';
import { goldenBatch, goldenOptimiser, goldenSpots, u01 } from '@spotbench/engine/conformance';
import type { Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { configSchema, type Config, imageEncoder, loss, spotEncoder } from '../src/index.ts';
import { IMAGE_TOKEN_MASK } from '../src/reconstruction.ts';

/** What a file says about its model; a field that is not listed here could change a number, and is refused. */
const fileConfig = z.strictObject({
  B: z.int().min(2),
  image: z.int().positive(),
  genes: z.int().positive(),
  vit: z.strictObject({
    patch: z.int().positive(),
    width: z.int().positive(),
    depth: z.int().positive(),
    heads: z.int().positive(),
  }),
  projection: z.int().positive(),
  temperature: z.number().positive(),
  /** E.g. `input.mask, shape [B,50,256]; kept where u01 < 0.5`. */
  mask: z.string().regex(/^(\S+), shape \[B, ?\d+, ?\d+\]; kept where u01 < [\d.]+$/),
  note: z.string().optional(),
  /** E.g. `AdamW(lr=1e-5, weight_decay=1e-3)`. */
  optimizer: z.string().regex(/^AdamW\(lr=[\d.e-]+, weight_decay=[\d.e-]+\)$/),
});
type FileConfig = z.infer<typeof fileConfig>;

export const golden: GoldenAdapter = {
  method: 'CMRCNet',
  model(config) {
    const parsed = fileConfig.safeParse(config);
    if (parsed.success) return goldenModel(parsed.data);
    throw new SpotbenchError('bad-config', `golden file of CMRCNet: "config": ${z.prettifyError(parsed.error)}`);
  },
};

function goldenModel(file: FileConfig): GoldenModel {
  const { image: S, genes: G } = file;
  const config = configOf(file);
  const sizes: ModelSizes = { featureWidth: 0, tokens: {}, imageSizePx: S, geneCount: G, positionCount: 1 };
  const images = imageEncoder(config, 'finetune');
  const spots = spotEncoder(config);
  const objective = loss(config, 'finetune');
  const { learningRate, weightDecay } = goldenOptimiser(file.optimizer);
  return {
    parameters: {
      ...images.parameters(sizes),
      ...unusedHead(config),
      ...spots.parameters(sizes),
      ...objective.parameters!(sizes),
    },
    keyOf: lastKeyOf(config.fusionPasses),
    inputs: {
      ...goldenSpots(file),
      [IMAGE_TOKEN_MASK]: maskInput(file),
    },
    optimiser: adamW({ weightDecay }),
    learningRate,
    forward(parameters, inputs) {
      const batch = batchOf(inputs);
      const { embedding, tokens } = images.encode(parameters, batch, 'eval');
      return {
        image_tokens: tokens!,
        image_embeddings: embedding,
        spot_embeddings: spots.encode(parameters, batch, 'eval').embedding,
      };
    },
    loss(parameters, inputs) {
      const batch = batchOf(inputs);
      const image = images.encode(parameters, batch, 'train');
      const spot = spots.encode(parameters, batch, 'train');
      return objective.compute({ image, spot, batch, parameters });
    },
  };
}

/** The transformer's classifier: in the authors' state dict, never used, so it has no gradient and never changes. */
function unusedHead({ vitWidth }: Config): ParameterSpecs {
  const CLASSES = 1000; // ImageNet's, the default of the authors' `vit_base_patch32_224_path_encoder`
  const { weight, bias } = linearSpecs({ input: vitWidth, output: CLASSES });
  return scoped('image_encoder.head', {
    weight: { ...weight, trainable: false },
    bias: { ...bias, trainable: false },
  });
}

/** Every dropout at 0, as in the files; the image token mask is an input. */
function configOf({ image, vit, projection, temperature, mask }: FileConfig): Config {
  return configSchema.parse({
    projectionWidth: projection,
    temperature,
    keptFraction: Number(/u01 < ([\d.]+)$/.exec(mask)![1]),
    dropout: 0,
    spotTokenDropout: 0,
    crossDropout: 0,
    imageSizePx: image,
    vitPatchPx: vit.patch,
    vitWidth: vit.width,
    vitDepth: vit.depth,
    vitHeads: vit.heads,
  });
}

/** 1 where u01(name) is below the kept fraction. @throws SpotbenchError `bad-config` when the file's shape is not the model's. */
function maskInput({ B, image, vit, projection, mask }: FileConfig): HostArray {
  const [, name, tokens, width, kept] = /^(\S+), shape \[B, ?(\d+), ?(\d+)\]; kept where u01 < ([\d.]+)$/.exec(mask)!;
  const T = (image / vit.patch) ** 2 + 1;
  if (Number(tokens) !== T || Number(width) !== projection) {
    throw new SpotbenchError(
      'bad-config',
      `golden file of CMRCNet: "mask": needed shape [B,${T},${projection}] for these sizes, got [B,${tokens},${width}]`,
    );
  }
  const data = Float32Array.from(u01(name, B * T * projection), (u) => Number(u < Number(kept)));
  return { dtype: 'float32', shape: [B, T, projection], data };
}

/** The fusion block is in the authors' list once a pass; the last of its keys is filled last and decides the values. */
function lastKeyOf(passes: number) {
  return (name: string) => name.replace(/^cross_modal_image_layers\.0\./, `cross_modal_image_layers.${passes - 1}.`);
}

function batchOf(inputs: Readonly<Record<string, Tensor>>): Batch {
  return { ...goldenBatch(inputs), random: { [IMAGE_TOKEN_MASK]: inputs[IMAGE_TOKEN_MASK] } };
}
