/** CMRCNet with its own vision transformer, trained from scratch on made-up patches. */
import { createRandom, type Batch, type ModelSizes } from '@spotbench/core';
import { adamW, constantSchedule, createEngine, initialise, train, trainableNames } from '@spotbench/engine';
import type { HostArray, HostArrays, LossFunction } from '@spotbench/engine';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { configSchema, imageEncoder, loss, spotEncoder } from '../src/index.ts';

const [B, S, G] = [24, 8, 6];
const config = configSchema.parse({
  imageSizePx: S,
  vitPatchPx: 4,
  vitWidth: 16,
  vitDepth: 1,
  vitHeads: 2,
  projectionWidth: 16,
  spotTokens: 2,
});
const sizes: ModelSizes = { featureWidth: 0, tokens: {}, imageSizePx: S, geneCount: G, positionCount: 1 };

test('both terms fall on images whose colours decide the expression', async () => {
  const [images, spots, objective] = [imageEncoder(config, 'finetune'), spotEncoder(config), loss(config, 'finetune')];
  const specs = { ...images.parameters(sizes), ...spots.parameters(sizes), ...objective.parameters!(sizes) };
  const computed: LossFunction = (parameters, { images: patch, expression, ...random }) => {
    const batch = { features: {}, images: { patch: patch as Tensor4D }, expression: expression as Tensor2D, random };
    const image = images.encode(parameters, batch as unknown as Batch, 'train');
    const spot = spots.encode(parameters, batch as unknown as Batch, 'train');
    return objective.compute({ image, spot, batch: batch as unknown as Batch, parameters });
  };
  const { history } = await train({
    engine: await createEngine(),
    parameters: initialise(specs, createRandom(0, 'start')),
    trainable: trainableNames(specs),
    loss: computed,
    batches: { stepsPerEpoch: 20, read: () => Promise.resolve(colourful()) },
    randomInputs: () => ({ ...images.random!(sizes, B), ...spots.random!(sizes, B), ...objective.random!(sizes, B) }),
    random: createRandom(0, 'training'),
    optimiser: adamW(),
    schedule: constantSchedule(3e-3),
    epochs: 6,
  });
  const [start, end] = [history[0].terms, history.at(-1)!.terms];
  expect(end.contrastive).toBeLessThan(0.8 * start.contrastive);
  expect(end.reconstruction).toBeLessThan(0.8 * start.reconstruction);
});

/** Patches of one colour each [B, 3, S, S], and expression that is linear in it [B, G]. */
function colourful(): HostArrays {
  const random = createRandom(1, 'colours');
  const colours = Float32Array.from({ length: B * 3 }, () => random.normal());
  const genes = Float32Array.from({ length: 3 * G }, () => random.normal());
  const floats = (shape: number[], value: (i: number) => number): HostArray => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: shape.reduce((size, side) => size * side, 1) }, (_, i) => value(i)),
  });
  return {
    images: floats([B, 3, S, S], (i) => colours[Math.floor(i / S ** 2)]),
    expression: floats([B, G], (i) =>
      [0, 1, 2].reduce((sum, c) => sum + colours[Math.floor(i / G) * 3 + c] * genes[c * G + (i % G)], 2),
    ),
  };
}

const published = { featureWidth: 0, tokens: {}, imageSizePx: 224, geneCount: 40, positionCount: 1 };

test('the published sizes: 50 tokens of 768, and masks of that many', () => {
  const whole = configSchema.parse({});
  const specs = imageEncoder(whole, 'finetune').parameters(published);
  expect(specs['image_encoder.pos_embed'].shape).toEqual([1, 50, 768]);
  expect(specs['image_encoder.blocks.7.mlp.fc1.weight'].shape).toEqual([3072, 768]);
  expect(specs).not.toHaveProperty(['image_encoder.blocks.8.norm1.weight']);
  const masks = loss(whole, 'finetune').random!(published, 64);
  expect(masks.image_token_mask).toEqual({ kind: 'bernoulli', keep: 0.5, shape: [64, 50, 256] });
  expect(masks['cross_modal_image_layers.1.hidden']).toEqual({ kind: 'bernoulli', keep: 0.9, shape: [64, 50, 1024] });
  expect(masks['cross_modal_image_layers.0.key']).toEqual({ kind: 'bernoulli', keep: 0.75, shape: [64, 8, 256] });
  expect(masks['spot_projection_restruction.2']).toEqual({ kind: 'bernoulli', keep: 0.75, shape: [64, 2048] });
});

test('starts as the authors start it', () => {
  const wide = configSchema.parse({ vitDepth: 1 });
  const specs = {
    ...imageEncoder(wide, 'finetune').parameters(published),
    ...loss(wide, 'finetune').parameters!(published),
  };
  const start = initialise(specs, createRandom(0, 'start'));
  const deviation = (name: string) => {
    const { data } = start[name];
    return Math.sqrt((data as Float32Array).reduce((sum, value) => sum + value * value, 0) / data.length);
  };
  const near = (name: string, std: number) => {
    expect(deviation(name) / std, name).toBeCloseTo(1, 1);
  };
  near('image_encoder.blocks.0.attn.qkv.weight', 0.01);
  near('image_encoder.patch_embed.proj.weight', Math.sqrt(2 / (768 * 32 * 32)));
  near('image_encoder.pos_embed', 0.02);
  for (const name of ['attn.qkv', 'mlp.fc2']) expect(deviation(`image_encoder.blocks.0.${name}.bias`)).toBe(0);
  // Only the transformer has a start of its own: uniform in ±1 / sqrt(256), biases too, has 1 / sqrt(3) of that deviation.
  near('cross_modal_image_layers.0.attn.qkv.weight', 1 / 16 / Math.sqrt(3));
  near('cross_modal_image_layers.0.mlp.fc1.bias', 1 / 16 / Math.sqrt(3));
  near('first_attention.in_proj_weight', Math.sqrt(6 / (4 * 256)) / Math.sqrt(3));
});
