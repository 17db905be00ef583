/** MViTGene from training sections to predictions, on slides whose features decide their expression. */
import { createRandom, type Progress, type Slide, type TrainingSlide } from '@spotbench/core';
import { killedAndResumed, withoutValidation, withShuffledTruth } from '@spotbench/engine/testing';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { configSchema, method } from '../src/index.ts';
import { contextOf, data, fitAndPredict, G, N, query, score } from './planted.ts';

const { predicted: usual, selectedBy } = await fitAndPredict();

test('learns the planted signal, and shuffled truth teaches nothing', async () => {
  expect(usual).toHaveLength(N * G);
  expect(usual.every(Number.isFinite)).toBe(true);
  expect(selectedBy).toMatch(
    /^validation sections: epoch \d+; fixed in advance: loss weights, 20 epochs, 12 neighbours of 120 keys$/,
  );
  expect(score(usual)).toBeGreaterThan(0.7);

  // The genes follow four hidden numbers only: one shuffle's mean correlation has a standard deviation of 0.2.
  const scores: number[] = [];
  for (let shuffle = 0; shuffle < 6; shuffle++) {
    const random = createRandom(shuffle, 'cell');
    const taught = await fitAndPredict({ epochs: 8 }, { random }, withShuffledTruth(data, 10 * shuffle));
    scores.push(score(taught.predicted));
  }
  expect(Math.abs(scores.reduce((sum, score) => sum + score, 0) / scores.length)).toBeLessThan(0.25);
});

test('what is read: tiles to predict from, the patch for the second branch, the patch alone as released', async () => {
  const fitted = await method.fit(data, contextOf({}));
  const released = await method.fit(data, contextOf({ queries: 'released' }));
  // Trained and validated on tiles alike, so that the same epoch is best.
  expect(released.selectedBy).toBe(`${fitted.selectedBy}, queries as released: the whole patch, not the tiles`);
  const predictions = async (slide: Slide) => [await fitted.predict(slide), await released.predict(slide)];

  const [asTrained, asReleased] = await predictions(query);
  expect(asTrained).toEqual(usual);
  expect(asReleased).not.toEqual(usual);
  const [withoutTiles, releasedWithoutTiles] = await predictions(noTiles(query));
  expect(withoutTiles).not.toEqual(usual);
  expect(releasedWithoutTiles).toEqual(asReleased);
  const [withoutPatch, releasedWithoutPatch] = await predictions(noPatch(query));
  expect(withoutPatch).toEqual(usual);
  expect(releasedWithoutPatch).not.toEqual(asReleased);
});

test('the seed decides the answer; engines agree', async () => {
  const { predicted: again } = await fitAndPredict();
  expect(again).toEqual(usual);
  const { predicted: other } = await fitAndPredict({}, { random: createRandom(1, 'cell') });
  expect(other).not.toEqual(usual);
  const short = await fitAndPredict({ epochs: 3 });
  const eager = await fitAndPredict({ epochs: 3 }, { engine: 'tfjs', device: 'js' });
  // Retrieval is a step function of the embeddings: one exchanged neighbour of twelve moves a prediction visibly.
  const differences = eager.predicted.map((value, i) => Math.abs(value - short.predicted[i]));
  expect(differences.reduce((sum, each) => sum + each, 0) / differences.length).toBeLessThan(0.02);
});

test('a killed fit resumes to the same predictions', async () => {
  const resumed = await killedAndResumed((changes) => fitAndPredict({}, changes), { epoch: 9, step: 2 });
  expect(resumed.predicted).toEqual(usual);
});

test('a spot is predicted alike in whatever order it comes', async () => {
  const fitted = await method.fit(data, contextOf({ epochs: 2 }));
  const predicted = await fitted.predict(query);
  const backwards = await fitted.predict(reversed(query));
  for (let n = 0; n < N; n++) {
    expect(backwards.subarray((N - 1 - n) * G, (N - n) * G)).toEqual(predicted.subarray(n * G, (n + 1) * G));
  }
});

test('every term of the loss is reported and counts as its weight says', async () => {
  const seen: Progress[] = [];
  const weights = { hard: 2, soft: 0.5, vit: 0, mse: 3, pearson: 1 };
  await fitAndPredict({ epochs: 1, lossWeights: weights }, { onProgress: (progress) => seen.push(progress) });
  const { loss, terms } = seen[0];
  expect(Object.keys(terms!)).toEqual(['hard', 'soft', 'vit', 'mse', 'pearson']);
  const sum = Object.entries(weights).reduce((total, [name, weight]) => total + weight * terms![name], 0);
  expect(loss).toBeCloseTo(sum, 4);
});

test('without validation sections, or without patience, every epoch is run on all sections', async () => {
  const { selectedBy: unwatched } = await fitAndPredict({ epochs: 2, patience: 0 });
  expect(unwatched).toBe('fixed in advance: loss weights, 2 epochs, 18 neighbours of 180 keys');
  expect((await fitAndPredict({ epochs: 2 }, {}, withoutValidation(data))).selectedBy).toBe(unwatched);
});

test('no tensor is left behind', async () => {
  const before = memory().numTensors;
  await fitAndPredict({ epochs: 1 }, { engine: 'tfjs', device: 'js' });
  expect(memory().numTensors).toBe(before);
});

describe('refuses, before training starts', () => {
  const started = () => {
    throw new Error('training has started');
  };
  const refused = (config: Parameters<typeof contextOf>[0], on = data) =>
    expect(fitAndPredict(config, { onProgress: started }, on)).rejects;

  test('more neighbours than keys, and a batch larger than the training set', async () => {
    await refused({ topK: 200, topKMaxFraction: null }).toThrow(
      'needed at least 200 training spots to average 200 neighbours, got 120',
    );
    await refused({ batchSize: 128 }).toThrow('needed at least 128 training spots, got 120; lower the batch size');
  });

  test('a section without tiles, and another number of them', async () => {
    const [first] = data.train;
    const without = { ...first, views: {} };
    await refused({}, { ...data, train: [without] }).toThrow('needs image features of view tiles, got none');
    const four = { rows: N, tokens: 4, width: 10, values: new Float32Array(N * 40).fill(1) };
    const few = (slide: TrainingSlide) => ({ ...slide, views: { tiles: four } });
    await refused({}, { ...data, train: data.train.map(few), validation: data.validation.map(few) }).toThrow(
      'needed features [B, 9, D] of view tiles, got [32, 4, 10]',
    );
  });

  test('options out of range, by name', () => {
    const error = (config: object) => configSchema.safeParse(config).error!.issues.map(({ path }) => path.join('.'));
    expect(error({ dropout: 1 })).toEqual(['dropout']);
    expect(error({ temperature: 0, sigma: -1 })).toEqual(['temperature', 'sigma']);
    expect(error({ queries: 'whole' })).toEqual(['queries']);
    expect(error({ lossWeights: { mse: -1 } })).toEqual(['lossWeights.mse']);
    expect(error({ lossWeights: { hard: 0, soft: 0 } })).toEqual(['lossWeights']);
    expect(() => configSchema.parse({ topk: 3 })).toThrow('topk');
  });
});

function noTiles(slide: Slide): Slide {
  const tiles = slide.views!.tiles!;
  return { ...slide, views: { tiles: { ...tiles, values: new Float32Array(tiles.values.length) } } };
}

function noPatch(slide: Slide): Slide {
  const features = slide.features!;
  return { ...slide, features: { ...features, values: new Float32Array(features.values.length) } };
}

function reversed(slide: Slide): Slide {
  const features = slide.features!;
  const tiles = slide.views!.tiles!;
  return {
    ...slide,
    features: { ...features, values: reversedRows(features.values) },
    views: { tiles: { ...tiles, values: reversedRows(tiles.values) } },
  };
}

function reversedRows(values: Float32Array): Float32Array {
  const width = values.length / N;
  return Float32Array.from(values, (_, at) => values[(N - 1 - Math.floor(at / width)) * width + (at % width)]);
}
