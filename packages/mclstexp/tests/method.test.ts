/** mclSTExp from training sections to predictions, on slides whose features decide their expression. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Slide } from '@spotbench/core';
import { readSafetensors } from '@spotbench/engine';
import { fittingRig, killedAndResumed, killFit, withoutValidation, withShuffledTruth } from '@spotbench/engine/testing';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { configSchema, method } from '../src/index.ts';

const N = 40;
const G = 12;
const { data, query, contextOf, fitAndPredict, score } = fittingRig({
  method,
  planted: { spots: N, features: 10, genes: G, noise: 0.3, seed: 4 },
  options: {
    epochs: 12,
    batchSize: 32,
    learningRate: 1e-3,
    heads: 2,
    headWidth: 8,
    projectionWidth: 16,
    topKMaxFraction: 0.1,
  },
});

const { predicted: usual, selectedBy: usually } = await fitAndPredict();

test('learns the planted signal, and shuffled truth teaches nothing', async () => {
  expect(usual).toHaveLength(N * G);
  expect(usual.every(Number.isFinite)).toBe(true);
  expect(usually).toMatch(/^fixed in advance: \d+ epochs, 12 neighbours of 120 keys$/);
  expect(score(usual)).toBeGreaterThan(0.5);

  const lost = await fitAndPredict({}, {}, withShuffledTruth(withoutValidation(data)));
  expect(Math.abs(score(lost.predicted))).toBeLessThan(0.2);
});

test('the seed decides the answer; engines agree', async () => {
  const again = await fitAndPredict();
  expect(again.predicted).toEqual(usual);
  const other = await fitAndPredict({}, { random: createRandom(1, 'cell') });
  expect(other.predicted).not.toEqual(usual);
  const eager = await fitAndPredict({}, { engine: 'tfjs', device: 'js' });
  // Retrieval is a step function of the embeddings: one exchanged neighbour of twelve moves a prediction visibly.
  expect(meanAbsoluteDifference(eager.predicted, usual)).toBeLessThan(0.02);
});

test('a killed fit resumes to the same predictions', async () => {
  const resumed = await killedAndResumed((changes) => fitAndPredict({}, changes), { epoch: 9, step: 2 });
  expect(resumed.predicted).toEqual(usual);
});

test('a checkpoint of other training or validation data is not taken up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const watched = { patience: 12 };
  await killFit((changes) => fitAndPredict(watched, changes), { epoch: 3, step: 2 }, folder);
  const shuffled = withShuffledTruth(data);
  for (const other of [
    { ...data, train: shuffled.train },
    { ...data, validation: shuffled.validation },
  ])
    await expect(fitAndPredict(watched, { checkpointFolder: folder }, other)).rejects.toMatchObject({
      tag: 'damaged-artefact',
    });
  await rm(folder, { recursive: true });
});

test('reordered query spots give reordered predictions', async () => {
  const fitted = await method.fit(data, contextOf({}));
  const predicted = await fitted.predict(query);
  const backwards = await fitted.predict(reversed(query));
  for (let n = 0; n < N; n++) {
    expect(backwards.subarray((N - 1 - n) * G, (N - n) * G)).toEqual(predicted.subarray(n * G, (n + 1) * G));
  }
});

test('early stopping watches the validation sections and says so', async () => {
  const stopped = await fitAndPredict({ patience: 2 });
  expect(stopped.selectedBy).toMatch(/^validation sections: epoch \d+; fixed in advance: 8 neighbours of 80 keys$/);
});

test('a batch larger than the training set is said to be all of it', async () => {
  const { selectedBy } = await fitAndPredict({ batchSize: 121, epochs: 1 });
  expect(selectedBy).toMatch(/^one batch of all 120 training spots \(121 asked for\); fixed in advance: 1 epochs/);
  expect((await fitAndPredict({ batchSize: 120, epochs: 1 })).selectedBy).toMatch(/^fixed in advance/);
});

test('dropout and every kind of weight run', async () => {
  const { predicted } = await fitAndPredict({ dropout: 0.3, neighbourWeights: 'mean', epochs: 2 });
  expect(predicted.every(Number.isFinite)).toBe(true);
});

test('features are scaled by the sections that are trained on, not by those that choose the epoch', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const fitted = await method.fit(data, contextOf({ epochs: 1, patience: 1 }));
  await fitted.save!(folder);
  await fitted.dispose!();
  const { arrays } = await readSafetensors(join(folder, 'reference.safetensors'));
  const values = data.train.flatMap(({ features }) => [...features!.values]);
  arrays['features/patch/mean'].data.forEach((mean, d, { length: D }) => {
    const column = values.filter((_, i) => i % D === d);
    expect(mean).toBeCloseTo(column.reduce((sum, value) => sum + value, 0) / column.length, 5);
  });
  await rm(folder, { recursive: true });
});

test('saves weights under the published names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const fitted = await method.fit(data, contextOf({ epochs: 1 }));
  await fitted.save!(folder);
  expect((await readdir(folder)).sort()).toEqual(['fitted.json', 'reference.safetensors', 'weights.safetensors']);
  const { arrays } = await readSafetensors(join(folder, 'weights.safetensors'));
  expect(arrays['spot_encoder.1.attn.fn.to_qkv.weight'].shape).toEqual([48, G]);
  expect(Object.values(arrays).reduce((sum, { data: { length } }) => sum + length, 0)).toBe(fitted.parameterCount);
  await rm(folder, { recursive: true });
});

test('no tensor is left behind', async () => {
  const before = memory().numTensors;
  await fitAndPredict({ epochs: 1, patience: 1 }, { engine: 'tfjs', device: 'js' });
  expect(memory().numTensors).toBe(before);
});

describe('refuses', () => {
  test('more neighbours than keys, an unknown engine, images without a patch store, an unknown option', async () => {
    await expect(fitAndPredict({ topKMaxFraction: null, epochs: 1 })).rejects.toThrow(
      'needed at least 200 training spots to average 200 neighbours, got 120',
    );
    await expect(fitAndPredict({}, { engine: 'onxx' })).rejects.toThrow('did you mean "onnx"?');
    await expect(fitAndPredict({}, { regime: 'finetune' })).rejects.toThrow('needs a patch store, got none');
    expect(() => configSchema.parse({ topk: 3 })).toThrow('topk');
  });
});

function meanAbsoluteDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

function reversed(slide: Slide): Slide {
  const features = slide.features!;
  const width = features.names.length;
  const values = Float32Array.from(
    features.values,
    (_, at) => features.values[(N - 1 - Math.floor(at / width)) * width + (at % width)],
  );
  return { ...slide, features: { ...features, values } };
}
