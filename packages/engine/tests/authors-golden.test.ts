/**
 * Backbones inside the authors' own models: golden files of mclSTExp, HisCMCL, CMRCNet and MViTGene in the folder
 * SPOTBENCH_GOLDEN. Skipped where that is not set; backbones.test.ts needs no such files.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  backboneUnder,
  createEngine,
  densenet121,
  layerNorm,
  layerNormSpecs,
  linear,
  linearSpecs,
  mobilevitS,
  projectionHead,
  projectionHeadSpecs,
  resizeBilinear,
  resnet50,
  scoped,
  symmetricContrastive,
  valueAndGradients,
  vit,
  type Backbone,
  type HostArrays,
  type ParameterSpecs,
  type StepFunction,
  type TensorMap,
} from '@spotbench/engine';
import { goldenParameter } from '@spotbench/engine/testing';
import {
  concat,
  mul,
  relu,
  slice,
  softmax,
  split,
  tensor2d,
  transpose,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { formulaImages, gradientErrors, largestError, runOnce, type GoldenArray } from './backbone-golden.ts';

interface AuthorsGolden {
  readonly config: {
    readonly B: number;
    readonly image: number;
    readonly scales: readonly number[];
    readonly scale_attention: boolean;
  };
  readonly gradients: Readonly<Record<string, { readonly l2: number; readonly probe: number }>>;
  readonly [value: string]: unknown;
}

const folder = process.env.SPOTBENCH_GOLDEN ?? '';
const present = (name: string): boolean => folder !== '' && existsSync(join(folder, `${name}.json`));
const read = (name: string): AuthorsGolden =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as AuthorsGolden;
const arrayOf = (golden: AuthorsGolden, name: string): GoldenArray => golden[name] as GoldenArray;

const engine = await createEngine();

function formula(specs: ParameterSpecs): HostArrays {
  return Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, goldenParameter(name, shape)]));
}

/** Runs outputs made from parameters and the golden images. */
function outputsOf(
  golden: AuthorsGolden,
  specs: ParameterSpecs,
  make: (params: TensorMap, images: Tensor) => TensorMap,
): Promise<HostArrays> {
  const step: StepFunction = (state, { images }) => ({ state, outputs: make(state, images) });
  const images = formulaImages(golden.config.B, golden.config.image);
  return runOnce(engine, step, formula(specs), { images });
}

describe.each(['mclstexp-small', 'mclstexp-full'])('%s', (name) => {
  test.skipIf(!present(name))('features in both modes, and every gradient of the image branch', async () => {
    const golden = read(name);
    const backbone = backboneUnder('image_encoder.model.0', densenet121());
    const specs = { ...backbone.parameters, ...scoped('image_projection', projectionHeadSpecs(1024, 256)) };
    const spots = arrayOf(golden, 'spot_embeddings');
    const found = await outputsOf(golden, specs, (params, images) => {
      const trained = Object.fromEntries(Object.entries(params).filter(([key]) => key in golden.gradients));
      const kept: Record<string, Tensor> = {};
      const { gradients, value } = valueAndGradients(() => {
        const { pooled } = backbone.forward(params, images, 'train');
        const embedding = projectionHead(params, 'image_projection', pooled) as Tensor2D;
        const fixed = tensor2d([...spots.data], spots.shape as [number, number]);
        return { total: symmetricContrastive(fixed, embedding, 1), terms: {}, updates: { pooled, embedding } };
      }, trained);
      Object.assign(kept, Object.fromEntries(Object.entries(gradients).map(([key, g]) => [`gradient/${key}`, g])));
      const evaluated = backbone.forward(params, images, 'eval').pooled;
      return { ...kept, evaluated, train: value.updates!.pooled, embedding: value.updates!.embedding };
    });
    expect(largestError(found.evaluated, arrayOf(golden, 'image_features_eval').data)).toBeLessThan(1e-5);
    expect(largestError(found.train, arrayOf(golden, 'image_features_train').data)).toBeLessThan(2e-4);
    expect(largestError(found.embedding, arrayOf(golden, 'image_embeddings').data)).toBeLessThan(2e-4);
    const image = Object.entries(golden.gradients).filter(([key]) => `gradient/${key}` in found);
    expect(image.length).toBe(362 + 6);
    const errors = gradientErrors(found, Object.fromEntries(image.map(([key, { l2, probe }]) => [key, [l2, probe]])));
    // PyTorch's own float32 run is off by up to 0.017.
    expect(errors.median).toBeLessThan(0.02);
    expect(errors.max, errors.at).toBeLessThan(0.1);
  });
});

describe.each(['hiscmcl-concat', 'hiscmcl-attention'])('%s', (name) => {
  test.skipIf(!present(name))('features over resized scales, in training mode', async () => {
    const golden = read(name);
    const { scales, scale_attention: weighted, image: S } = golden.config;
    const backbone = backboneUnder('image_encoder.base_encoder.0', densenet121());
    const width = 1024 * scales.length;
    const specs = {
      ...backbone.parameters,
      ...scoped('image_encoder.fusion.0', linearSpecs({ input: width, output: 1024 })),
      ...scoped('image_encoder.fusion.1', layerNormSpecs(1024)),
      ...scoped('image_encoder.scale_attention.0', linearSpecs({ input: width, output: scales.length })),
    };
    const { features } = await outputsOf(golden, specs, (params, images) => {
      let state = params;
      const pooled = scales.map((scale) => {
        const resized = resizeBilinear(transpose(images as Tensor4D, [0, 2, 3, 1]), scale, scale);
        const seen = scale === S ? images : transpose(resized, [0, 3, 1, 2]);
        const output = backbone.forward(state, seen, 'train');
        state = { ...state, ...output.updates };
        return output.pooled;
      });
      const joined = concat(pooled, 1);
      const weights = split(softmax(linear(params, 'image_encoder.scale_attention.0', joined)), scales.length, 1);
      const fused = weighted
        ? concat(
            pooled.map((part, i) => mul<Tensor2D>(part, weights[i])),
            1,
          )
        : joined;
      const mixed = layerNorm(params, 'image_encoder.fusion.1', linear(params, 'image_encoder.fusion.0', fused));
      return { features: relu(mixed) };
    });
    expect(largestError(features, arrayOf(golden, 'image_features_train').data)).toBeLessThan(1e-3);
  });
});

test.skipIf(!present('cmrcnet'))('cmrcnet: tokens and pooled embedding', async () => {
  const golden = read('cmrcnet');
  const backbone = backboneUnder('image_encoder', vit({ depth: 8, heads: 8, pool: 'mean' }));
  const specs = { ...backbone.parameters, ...scoped('image_projection', projectionHeadSpecs(768, 256)) };
  const found = await outputsOf(golden, specs, (params, images) => {
    const { tokens, pooled } = backbone.forward(params, images, 'eval');
    const embedding = projectionHead(params, 'image_projection', pooled);
    return { tokens: slice(tokens, [0, 0, 0], [-1, 3, -1]), embedding };
  });
  expect(largestError(found.tokens, arrayOf(golden, 'image_tokens').data)).toBeLessThan(1e-5);
  expect(largestError(found.embedding, arrayOf(golden, 'image_embeddings').data)).toBeLessThan(1e-5);
});

describe.skipIf(!present('mvitgene'))('mvitgene', () => {
  const features = async (backbone: Backbone, cut: (images: Tensor4D) => Tensor4D): Promise<HostArrays> =>
    outputsOf(read('mvitgene'), backbone.parameters, (params, images) => ({
      features: backbone.forward(params, cut(images as Tensor4D), 'eval').pooled,
    }));

  test('MobileViT-S on the whole image, whose last map has an odd side', async () => {
    const found = await features(backboneUnder('vit_encoder', mobilevitS()), (images) => images);
    expect(largestError(found.features, arrayOf(read('mvitgene'), 'vit_features_eval').data)).toBeLessThan(1e-5);
  });

  test('ResNet-50 on the first two tiles of the first image', async () => {
    const golden = read('mvitgene');
    const found = await features(backboneUnder('image_encoder.model', resnet50()), (images) =>
      concat([slice(images, [0, 0, 1, 1], [1, 3, 74, 74]), slice(images, [0, 0, 1, 75], [1, 3, 74, 74])], 0),
    );
    expect(largestError(found.features, arrayOf(golden, 'tile_features_eval').data)).toBeLessThan(1e-5);
  });
});
