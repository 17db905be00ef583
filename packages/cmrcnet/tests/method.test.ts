/** CMRCNet from training sections to predictions, on slides whose image tokens decide their expression. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Progress, type Slide } from '@spotbench/core';
import { readSafetensors } from '@spotbench/engine';
import { fittingRig, killedAndResumed, withoutValidation, withShuffledTruth } from '@spotbench/engine/testing';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { configSchema, method, type Config } from '../src/index.ts';

const [N, T, D, G] = [40, 4, 10, 12];
const { data, query, contextOf, fitAndPredict, score } = fittingRig({
  method,
  planted: { spots: N, features: D, genes: G, noise: 0.3, seed: 4, views: { tokens: T } },
  options: {
    epochs: 12,
    patience: 0,
    batchSize: 32,
    learningRate: 3e-3,
    finalLearningRate: 3e-4,
    projectionWidth: 16,
    spotTokens: 3,
    fusionHeads: 2,
    topK: 6,
    topKMaxFraction: null,
  },
});

const { predicted: usual, selectedBy } = await fitAndPredict();

test('learns the planted signal, and shuffled truth teaches nothing', async () => {
  expect(usual).toHaveLength(N * G);
  expect(usual.every(Number.isFinite)).toBe(true);
  expect(selectedBy).toBe('fixed in advance: 12 epochs, 6 neighbours of 120 keys');
  expect(score(usual)).toBeGreaterThan(0.5);

  const lost = await fitAndPredict({}, {}, withShuffledTruth(withoutValidation(data)));
  expect(Math.abs(score(lost.predicted))).toBeLessThan(0.2);
});

test('both terms of the loss fall', async () => {
  const closed: Progress[] = [];
  const onProgress = (progress: Progress) => {
    if (progress.step === progress.steps) closed.push(progress);
  };
  await fitAndPredict({}, { onProgress });
  expect(Object.keys(closed[0].terms!)).toEqual(['contrastive', 'reconstruction']);
  for (const term of ['contrastive', 'reconstruction']) {
    expect(closed.at(-1)!.terms![term]).toBeLessThan(closed[0].terms![term]);
  }
  // 120 spots in batches of 32: the partial one is dropped.
  expect(closed[0].steps).toBe(3);
});

test('the seed decides the answer', async () => {
  expect((await fitAndPredict()).predicted).toEqual(usual);
  const other = await fitAndPredict({}, { random: createRandom(1, 'cell') });
  expect(other.predicted).not.toEqual(usual);
});

test('every dropout and the token mask change the loss', async () => {
  const lossOf = async (config: Partial<Config>) => {
    let last = NaN;
    const onProgress = ({ loss }: Progress) => (last = loss);
    await method.fit(data, contextOf({ ...config, epochs: 1 }, { onProgress }));
    return last;
  };
  const all = await lossOf({});
  expect(await lossOf({})).toBe(all);
  for (const off of [{ dropout: 0 }, { spotTokenDropout: 0 }, { crossDropout: 0 }, { keptFraction: 1 }]) {
    expect(await lossOf(off), Object.keys(off)[0]).not.toBe(all);
  }
});

test('a killed fit resumes to the same predictions', async () => {
  const resumed = await killedAndResumed((changes) => fitAndPredict({}, changes), { epoch: 9, step: 2 });
  expect(resumed.predicted).toEqual(usual);
});

test('the best epoch on the validation sections is kept, and keys come from the others', async () => {
  const kept = await fitAndPredict({ patience: 60 });
  expect(kept.selectedBy).toMatch(
    /^validation sections: epoch \d+; fixed in advance: 12 epochs, 6 neighbours of 80 keys$/,
  );
  const without = await method.fit({ ...data, validation: [] }, contextOf({ patience: 60 }));
  expect(without.selectedBy).toBe('fixed in advance: 12 epochs, 6 neighbours of 80 keys');
});

test('one token a spot', async () => {
  const oneToken = <S extends Slide>(slide: S): S => ({
    ...slide,
    views: { tokens: { rows: N, tokens: 1, width: D, values: slide.features!.values } },
  });
  const fitted = await method.fit(
    { ...data, train: data.train.map(oneToken), validation: [] },
    contextOf({ epochs: 1 }),
  );
  expect((await fitted.predict(oneToken(query))).every(Number.isFinite)).toBe(true);
});

test('saves weights under the published names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const fitted = await method.fit(data, contextOf({ epochs: 1 }));
  await fitted.save!(folder);
  expect((await readdir(folder)).sort()).toEqual(['fitted.json', 'reference.safetensors', 'weights.safetensors']);
  const { arrays } = await readSafetensors(join(folder, 'weights.safetensors'));
  const shapeOf = (name: string) => arrays[name].shape;
  expect(shapeOf('spot_projection_restruction.0.weight')).toEqual([48, G]);
  expect(shapeOf('latent_linear_768_2_256.weight')).toEqual([16, D]);
  expect(shapeOf('first_attention.in_proj_weight')).toEqual([48, 16]);
  expect(shapeOf('cross_modal_image_layers.0.cross_attention.fc_q.0.weight')).toEqual([16, 16]);
  expect(Object.keys(arrays).filter((name) => name.startsWith('cross_modal_image_layers.1'))).toEqual([]);
  await rm(folder, { recursive: true });
});

test('no tensor is left behind', async () => {
  const before = memory().numTensors;
  await fitAndPredict({ epochs: 1, patience: 1 }, { engine: 'tfjs', device: 'js' });
  expect(memory().numTensors).toBe(before);
});

describe('refuses', () => {
  test('heads that do not divide a width, patches that do not tile an image, an unknown option', () => {
    const refuse = (config: object, message: string) => {
      expect(() => configSchema.parse(config)).toThrow(message);
    };
    refuse({ queryHeads: 3 }, 'queryHeads must divide projectionWidth (256), got 3');
    refuse({ fusionHeads: 5 }, 'fusionHeads must divide projectionWidth (256), got 5');
    refuse({ vitHeads: 7 }, 'vitHeads must divide vitWidth (768), got 7');
    refuse({ imageSizePx: 225 }, 'vitPatchPx must divide imageSizePx (225), got 32');
    refuse({ topk: 3 }, 'topk');
  });

  test('before training: a batch larger than the training set, more neighbours than keys, an absent view', async () => {
    let begun = false;
    const onProgress = () => (begun = true);
    const refuse = (config: Partial<Config>, message: string, given = data) =>
      expect(method.fit(given, contextOf(config, { onProgress }))).rejects.toThrow(message);
    await refuse({ batchSize: 121 }, 'needed at least 121 training spots, got 120');
    await refuse({ topK: 121 }, 'needed at least 121 training spots to average 121 neighbours, got 120');
    const withoutViews = { ...data.train[0], views: undefined };
    await refuse({}, 'needs image features of view tokens, got none', { ...data, train: [withoutViews] });
    expect(begun).toBe(false);
  });
});
