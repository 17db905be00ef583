/** A contrastive method trained on images: augmented for training, as they are for queries, and exported. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRandom,
  openPatchStore,
  partOfStore,
  writePatchStore,
  type Augmentation,
  type Encoder,
  type FitContext,
  type ImageView,
  type PatchStore,
  type Spots,
  type TrainingData,
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
import { killedAndResumed, killFit, plantedSlides, runOnnx } from '@spotbench/engine/testing';
import { concat, mean, type Tensor2D } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';

const [S, N, G, WIDTH] = [6, 40, 8, 4];
const colours = [0.2, 0.4, 0.3];

const planted = plantedSlides({ sections: 3, spots: N, features: 3, genes: G, noise: 0.1, seed: 1 });
const folder = await mkdtemp(join(tmpdir(), 'spotbench-finetune-'));
const patchStore = await colourStore('store', planted, 50);
const [first, second, held] = planted.map(({ id, patient, spots, expression, patches }) => {
  return { id, patient, spots, expression, patches, patchStore };
});
afterAll(async () => {
  await patchStore.close();
  await rm(folder, { recursive: true });
});

/**
 * Sections whose image is of one colour around each spot, grey and `contrast` times its planted features; and its patches, of
 * all spots or of the given rows.
 */
async function colourStore(
  name: string,
  slides: readonly TrainingSlide[],
  contrast: number,
  rows?: readonly number[],
): Promise<PatchStore> {
  const side = 1000;
  const drawn = slides.map(async ({ id, spots, features }) => {
    const pixels = Buffer.alloc(side * side * 3);
    spots.ids.forEach((_, i) => {
      const colour = Array.from(features!.values.subarray(3 * i, 3 * i + 3), (v) =>
        Math.max(0, Math.min(255, 128 + contrast * v)),
      );
      for (let y = spots.pixelY[i] - 20; y < spots.pixelY[i] + 20; y++)
        for (let x = spots.pixelX[i] - 20; x < spots.pixelX[i] + 20; x++) pixels.set(colour, 3 * (y * side + x));
    });
    const path = join(folder, `${name}-${id}.png`);
    await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path);
    const cut = rows === undefined ? spots : placesOf(spots, rows);
    return { id, spots: cut, image: { path, widthPx: side, heightPx: side } };
  });
  const views = [
    { name: 'patch', sizePx: S },
    { name: 'neighbourhood', sizePx: S, fieldOfViewPx: 24 },
    { name: 'slide', sizePx: S, wholeSlide: true as const },
  ];
  await writePatchStore(join(folder, name), { slides: await Promise.all(drawn), views });
  return openPatchStore(join(folder, name));
}

function placesOf({ ids, arrayX, arrayY, pixelX, pixelY }: Spots, rows: readonly number[]): Spots {
  const pick = (values: Float32Array) => Float32Array.from(rows, (row) => values[row]);
  return {
    ids: rows.map((row) => ids[row]),
    arrayX: pick(arrayX),
    arrayY: pick(arrayY),
    pixelX: pick(pixelX),
    pixelY: pick(pixelY),
  };
}

/** Some spots of a slide, with their expression. */
function someSpots({ id, patient, spots, expression, patches }: TrainingSlide, rows: readonly number[]): TrainingSlide {
  const values = Float32Array.from({ length: rows.length * G }, (_, k) => {
    return expression.values[rows[Math.floor(k / G)] * G + (k % G)];
  });
  const librarySize = Float32Array.from(rows, (row) => expression.librarySize[row]);
  return { id, patient, patches, spots: placesOf(spots, rows), expression: { ...expression, values, librarySize } };
}

const averageColour = (views: readonly ImageView[]): Encoder => ({
  parameters: () => scoped('image', linearSpecs({ input: 3 * views.length, output: WIDTH })),
  encode: (parameters, { images, features }) => {
    const ofView = (view: ImageView): Tensor2D => mean(images[view]!, [2, 3]);
    const pooled = features.patch ? [features.patch as Tensor2D] : views.map(ofView); // [B, 3]
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

function methodOf(augmentations: readonly Augmentation[], views: readonly ImageView[] = ['patch'], patience?: number) {
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
      patience,
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

async function fitAndPredict(
  augmentations: readonly Augmentation[],
  changes = {},
  views?: readonly ImageView[],
  on: TrainingData = data,
) {
  const fitted = await methodOf(augmentations, views).fit(on, context(changes));
  const predicted = await fitted.predict(held);
  await fitted.dispose!();
  return predicted;
}

const recipe = [jitter, flip, normalise];
/** Enough to tell whether two fits are the same. */
const brief = { config: { epochs: 3 } };

test('learns from colours', async () => {
  expect(correlation(await fitAndPredict(recipe), held.expression.values)).toBeGreaterThan(0.5);
});

test('augmentations are applied; a killed fit resumes to the same predictions', async () => {
  const whole = await fitAndPredict(recipe, brief);
  expect(await fitAndPredict([flip, normalise], brief)).not.toEqual(whole);
  const resumed = await killedAndResumed((changes) => fitAndPredict(recipe, { ...brief, ...changes }), {
    epoch: 2,
    step: 2,
  });
  expect(resumed).toEqual(whole);
});

test('a checkpoint of another patch store is refused, though all else is the same', async () => {
  const checkpointFolder = await mkdtemp(join(folder, 'killed-'));
  await killFit((changes) => fitAndPredict(recipe, changes), { epoch: 1, step: 2 }, checkpointFolder);
  const paler = await colourStore('paler', planted, 40);
  const onPaler = (slides: readonly TrainingSlide[]) => slides.map((slide) => ({ ...slide, patchStore: paler }));
  const same = { ...data, train: onPaler(data.train), validation: onPaler(data.validation) };
  await expect(fitAndPredict(recipe, { checkpointFolder }, undefined, same)).rejects.toThrow(
    'it belongs to another configuration, data set or seed',
  );
  await paler.close();
});

test('every view is trained on, and the number of threads changes no number', async () => {
  const views: ImageView[] = ['patch', 'neighbourhood', 'slide'];
  expect(correlation(await fitAndPredict([flip], {}, views), held.expression.values)).toBeGreaterThan(0.5);
  const predicted = await fitAndPredict([flip], brief, views);
  expect(await fitAndPredict([flip], { ...brief, threads: 4 }, views)).toEqual(predicted);
});

test('trains on a part of the patch store and is judged by another, as if there were no other patches', async () => {
  const rows = [...first.spots.ids.keys()];
  const [even, odd] = [rows.filter((row) => row % 2 === 0), rows.filter((row) => row % 2 === 1)];
  const views: ImageView[] = ['patch', 'neighbourhood', 'slide'];
  const fitted = async (train: TrainingSlide, validation: TrainingSlide) => {
    const method = methodOf([normalise], views, 1);
    const made = await method.fit({ genes, train: [train], validation: [validation] }, context());
    const out = await mkdtemp(join(folder, 'part-'));
    await made.save!(out);
    const { keys } = JSON.parse(await readFile(join(out, 'fitted.json'), 'utf8')) as { keys: { spotIds: string[] } };
    return { selectedBy: made.selectedBy, keys: keys.spotIds, predicted: await made.predict(held) };
  };
  const part = (of: number[]) => ({ ...someSpots(first, of), patchStore: partOfStore(patchStore, first.id, of) });
  const parts = await fitted(part(even), part(odd));
  expect(parts.selectedBy).toMatch(/^validation sections: epoch /);
  expect(parts.keys).toEqual(even.map((row) => first.spots.ids[row]));
  // Their own stores are of the same image: all of the section shows in the view of the slide.
  const own = async (of: number[]) => {
    const store = await colourStore(`own-${of[0]}`, [planted[0]], 50, of);
    return { ...someSpots(first, of), patchStore: store };
  };
  const [train, validation] = [await own(even), await own(odd)];
  expect(await fitted(train, validation)).toEqual(parts);
  expect((await fitted(validation, train)).predicted).not.toEqual(parts.predicted);
  await Promise.all([train, validation].map((slide) => slide.patchStore.close()));
});

test.each(['frozen', 'finetune'] as const)(
  '%s: spots held out of a section are no keys of the bank',
  async (regime) => {
    const rows = [...first.spots.ids.keys()];
    const side = (parity: number): TrainingSlide => {
      const of = rows.filter((row) => row % 2 === parity);
      const some = { ...someSpots(first, of), patchStore: partOfStore(patchStore, first.id, of) };
      const { encoder, names, values } = planted[0].features!;
      const own = Float32Array.from({ length: 3 * of.length }, (_, k) => values[3 * of[Math.floor(k / 3)] + (k % 3)]);
      return { ...some, features: { encoder, names, values: own } };
    };
    const [train, validation] = [side(0), side(1)];
    const made = await methodOf([], ['patch'], 2).fit(
      { genes, train: [train], validation: [validation] },
      context({ regime }),
    );
    expect(made.selectedBy).toMatch(/^validation sections: epoch /);
    const out = await mkdtemp(join(folder, 'bank-'));
    await made.save!(out);
    const { arrays } = await readSafetensors(join(out, 'reference.safetensors'));
    expect(arrays['keys/expression'].data).toEqual(train.expression.values);
  },
);

test('saves, loads and exports an encoder that takes plain images', async () => {
  const out = await mkdtemp(join(folder, 'saved-'));
  const method = methodOf([jitter, normalise]);
  const fitted = await method.fit(data, context({ config: { epochs: 2 } }));
  await fitted.save!(out);
  const loaded = await method.load!(out, { engine: 'onnx', device: 'cpu' });
  expect(await loaded.predict(held)).toEqual(await fitted.predict(held));
  await loaded.exportOnnx!(out, { batchSize: 2 });
  const about = JSON.parse(await readFile(join(out, 'export.json'), 'utf8')) as { models: object };
  expect(about.models).toMatchObject({ 'image-encoder.onnx': { inputs: { patch: { shape: [2, 3, S, S] } } } });
  const constant = { dtype: 'float32', shape: [2, 3, S, S], data: new Float32Array(6 * S * S).fill(0.5) } as const;
  const { embedding } = await runOnnx(join(out, 'image-encoder.onnx'), { patch: constant });
  const { arrays } = await readSafetensors(join(out, 'weights.safetensors'));
  const [w, b] = [arrays['image.weight'].data, arrays['image.bias'].data];
  const expected = (k: number) => colours.reduce((sum, m, c) => sum + w[3 * k + c] * ((0.5 - m) / 0.5), b[k]);
  for (let k = 0; k < WIDTH; k++) expect(embedding.data[k]).toBeCloseTo(expected(k), 5);
});

test('a method without images of its own, and slides without a patch store, are refused', async () => {
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
  const { patchStore: without, ...bare } = first;
  expect(without).toBe(patchStore);
  await expect(methodOf([]).fit({ ...data, train: [bare] }, context())).rejects.toThrow(
    'needs a patch store, got none',
  );
  await expect(frozenOnly.fit(data, { ...context(), config: {} })).rejects.toMatchObject({ tag: 'unsupported' });
});

function correlation(x: Float32Array, y: Float32Array): number {
  const centred = (v: Float32Array) => v.map((value) => value - v.reduce((sum, each) => sum + each, 0) / v.length);
  const [a, b] = [centred(x), centred(y)];
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
