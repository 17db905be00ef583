/** A contrastive method trained on images: augmented for training, as they are for queries, and exported. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRandom,
  type Augmentation,
  type Encoder,
  type FitContext,
  type ImageView,
  type PatchReader,
  type Progress,
  type TrainingSlide,
} from '@spotbench/core';
import {
  adam,
  constantSchedule,
  createContrastiveMethod,
  linear,
  linearSpecs,
  readSafetensors,
  retrievalPredictor,
  scoped,
  symmetricContrastive,
} from '@spotbench/engine';
import { plantedSlides, runOnnx } from '@spotbench/engine/testing';
import { concat, mean, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { z } from 'zod';

const [S, N, G, WIDTH] = [6, 40, 8, 4];
const colours = [0.2, 0.4, 0.3];

/** Patches of one colour each, which follows the spot's planted features; what is asked for is noted. */
function colourful(slide: TrainingSlide, asked: unknown[] = []): TrainingSlide {
  const { values, names } = slide.features!;
  const patches: PatchReader = {
    read(spots, options = {}) {
      asked.push({ spots: Array.from(spots), ...options });
      const bytes = Array.from(spots).flatMap((spot) => {
        const colour = [0, 1, 2].map((c) => Math.max(0, Math.min(255, 128 + 50 * values[spot * names.length + c])));
        return Array.from({ length: options.sizePx! ** 2 }, () => colour).flat();
      });
      return Promise.resolve(Uint8Array.from(bytes));
    },
  };
  const { id, patient, spots, expression } = slide;
  return { id, patient, spots, expression, patches };
}

const planted = plantedSlides({ sections: 3, spots: N, features: 3, genes: G, noise: 0.1, seed: 1 });
const [first, second, held] = planted.map((slide) => colourful(slide));

const averageColour = (views: readonly ImageView[]): Encoder => ({
  parameters: () => scoped('image', linearSpecs({ input: 3 * views.length, output: WIDTH })),
  encode: (parameters, { images }) => {
    const pooled = views.map((view) => mean<Tensor2D>(images[view]!, [2, 3])); // [B, 3]
    return { embedding: linear(parameters, 'image', concat(pooled, 1)) as Tensor2D };
  },
});

const spotEncoder: Encoder = {
  parameters: ({ geneCount }) => scoped('spot', linearSpecs({ input: geneCount, output: WIDTH })),
  encode: (parameters, { expression }) => ({ embedding: linear(parameters, 'spot', expression) as Tensor2D }),
};

const normalise: Augmentation = {
  kind: 'normalise',
  mean: colours as [number, number, number],
  std: [0.5, 0.5, 0.5],
};

function methodOf(augmentations: readonly Augmentation[], views: readonly ImageView[] = ['patch']) {
  return createContrastiveMethod({
    name: 'colour',
    version: '1',
    title: 'average colour',
    configSchema: z.strictObject({ epochs: z.int().default(30) }),
    build: () => ({
      imageEncoder: averageColour(views),
      spotEncoder,
      loss: {
        compute({ image, spot }) {
          const total = symmetricContrastive(spot.embedding, image.embedding, 1);
          return { total, terms: { contrastive: total } };
        },
      },
      predictor: retrievalPredictor({ topK: 5, maxFraction: null, weights: 'mean' }),
    }),
    training: ({ epochs }) => ({
      epochs,
      batchSize: 16,
      lastBatch: 'keep',
      optimiser: adam({ weightDecay: 0 }),
      schedule: constantSchedule(0.02),
      chunkSize: 16,
      standardiseFeatures: false,
    }),
    images: () => ({ views, sizePx: S, augmentations }),
  });
}

const genes = held.expression.genes;
const data = { genes, train: [first], validation: [second] };
const context = (changes: Partial<FitContext<{ epochs: number }>> = {}): FitContext<{ epochs: number }> => ({
  config: { epochs: 30 },
  regime: 'finetune',
  seed: 0,
  random: createRandom(0, 'finetune'),
  engine: 'onnx',
  device: 'cpu',
  ...changes,
});

const jitter: Augmentation = { kind: 'colour-jitter', brightness: 0.1, contrast: 0.1, saturation: 0.1 };
const flip: Augmentation = { kind: 'horizontal-flip', probability: 0.5 };

async function fitAndPredict(augmentations: readonly Augmentation[], changes = {}, views?: readonly ImageView[]) {
  const fitted = await methodOf(augmentations, views).fit(data, context(changes));
  const predicted = await fitted.predict(held);
  await fitted.dispose!();
  return predicted;
}

test('learns from colours, and the augmentation of a spot depends on its seed alone', async () => {
  const predicted = await fitAndPredict([jitter, flip, normalise]);
  expect(correlation(predicted, held.expression.values)).toBeGreaterThan(0.5);
  expect(await fitAndPredict([jitter, flip, normalise])).toEqual(predicted);
  expect(await fitAndPredict([flip, normalise])).not.toEqual(predicted);
});

test('a killed fit resumes to the same predictions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-finetune-'));
  const onProgress = ({ epoch, step }: Progress) => {
    if (epoch === 20 && step === 2) throw new Error('killed');
  };
  await expect(fitAndPredict([jitter], { checkpointFolder: folder, onProgress })).rejects.toThrow('killed');
  expect(await fitAndPredict([jitter], { checkpointFolder: folder })).toEqual(await fitAndPredict([jitter]));
  await rm(folder, { recursive: true });
});

test('every view is read at its own field of view', async () => {
  const asked: { sizePx: number; fieldOfViewPx?: number }[] = [];
  const slides = planted.map((slide) => colourful(slide, asked));
  const method = methodOf([], ['patch', 'neighbourhood', 'slide']);
  const fitted = await method.fit({ genes, train: slides, validation: [] }, context({ config: { epochs: 1 } }));
  // Spots lie 100 px apart, 600 px across.
  expect(new Set(asked.map(({ fieldOfViewPx }) => fieldOfViewPx))).toEqual(new Set([undefined, 300, 606]));
  await fitted.dispose!();
});

test('saves, loads and exports an encoder that takes plain images', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-finetune-'));
  const method = methodOf([jitter, normalise]);
  const fitted = await method.fit(data, context({ config: { epochs: 2 } }));
  await fitted.save!(folder);
  const loaded = await method.load!(folder, { engine: 'onnx', device: 'cpu' });
  expect(await loaded.predict(held)).toEqual(await fitted.predict(held));
  await loaded.exportOnnx!(folder, { batchSize: 2 });
  const about = JSON.parse(await readFile(join(folder, 'export.json'), 'utf8')) as { models: object };
  expect(about.models).toMatchObject({ 'image-encoder.onnx': { inputs: { patch: { shape: [2, 3, S, S] } } } });
  const constant = { dtype: 'float32', shape: [2, 3, S, S], data: new Float32Array(6 * S * S).fill(0.5) } as const;
  const { embedding } = await runOnnx(join(folder, 'image-encoder.onnx'), { patch: constant });
  const { arrays } = await readSafetensors(join(folder, 'weights.safetensors'));
  const [w, b] = [arrays['image.weight'].data, arrays['image.bias'].data];
  const expected = (k: number) => colours.reduce((sum, m, c) => sum + w[3 * k + c] * ((0.5 - m) / 0.5), b[k]);
  for (let k = 0; k < WIDTH; k++) expect(embedding.data[k]).toBeCloseTo(expected(k), 5);
  await rm(folder, { recursive: true });
});

test('a method without images of its own refuses the regime', async () => {
  const frozenOnly = createContrastiveMethod({
    name: 'frozen-only',
    version: '1',
    title: 't',
    configSchema: z.strictObject({}),
    build: () => {
      throw new Error('nothing is built');
    },
    training: () => {
      throw new Error('nothing is trained');
    },
  });
  await expect(frozenOnly.fit(data, { ...context(), config: {} })).rejects.toMatchObject({ tag: 'unsupported' });
});

function correlation(x: Float32Array, y: Float32Array): number {
  const centred = (v: Float32Array) => v.map((value) => value - v.reduce((sum, each) => sum + each, 0) / v.length);
  const [a, b] = [centred(x), centred(y)];
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
