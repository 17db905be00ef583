/** Both variants from training sections to predictions, on slides whose features decide their expression. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Method } from '@spotbench/core';
import { readSafetensors } from '@spotbench/engine';
import { fittingRig, killedAndResumed, withoutValidation, withShuffledTruth } from '@spotbench/engine/testing';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import {
  configSchema,
  method,
  paperConfigSchema,
  paperMethod,
  paperModel,
  releasedModel,
  type Config,
} from '../src/index.ts';

const N = 40;
const G = 12;
const planted = {
  spots: N,
  features: 10,
  genes: G,
  noise: 0.3,
  seed: 4,
  views: { 'scale-672': 1, neighbourhood: 1, slide: 6 },
} as const;
const small = {
  epochs: 20,
  batchSize: 16,
  accumulate: 2,
  learningRate: 2e-3,
  heads: 2,
  headWidth: 8,
  projectionWidth: 16,
  topKMaxFraction: 0.1,
};
const here = { engine: 'onnx', device: 'cpu', threads: 1 };

const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
afterAll(() => rm(folder, { recursive: true }));

interface Variant {
  readonly name: string;
  readonly method: Method;
  readonly options: Readonly<Record<string, unknown>>;
  readonly views: readonly string[];
}
const variants: Variant[] = [
  {
    name: 'released',
    method: method,
    options: { fusionDropout: 0.1, scaleAttention: true },
    views: ['patch', 'scale-672'],
  },
  {
    name: 'paper',
    method: paperMethod,
    options: { attentionHeads: 2 },
    views: ['patch', 'neighbourhood', 'slide'],
  },
];

describe.each(variants)('$name', ({ name, method: variant, options, views }) => {
  const rig = fittingRig({ method: variant, planted, options: { ...small, ...options } });
  const { data, query, contextOf, score } = rig;
  const predictions = async (...fit: Parameters<typeof rig.fitAndPredict>) =>
    (await rig.fitAndPredict(...fit)).predicted;
  const usual = predictions();

  test('says which views it needs', () => {
    expect(variant.views).toEqual(views);
  });

  test('learns the planted signal, and shuffled truth teaches nothing', async () => {
    expect(await usual).toHaveLength(N * G);
    expect(score(await usual)).toBeGreaterThan(0.5);
    const lost = await predictions({}, {}, withShuffledTruth(withoutValidation(data)));
    expect(Math.abs(score(lost))).toBeLessThan(0.2);
  });

  test('the seed decides the answer', async () => {
    expect(await predictions()).toEqual(await usual);
    expect(await predictions({}, { random: createRandom(1, 'cell') })).not.toEqual(await usual);
  });

  test('every view is read: another one moves the prediction', async () => {
    const fitted = await variant.fit(data, contextOf());
    for (const view of views.slice(1) as 'slide'[]) {
      const own = query.views![view]!;
      const other = { ...own, values: own.values.map((value) => -value) };
      const moved = await fitted.predict({ ...query, views: { ...query.views, [view]: other } });
      expect(moved, view).not.toEqual(await usual);
    }
    await fitted.dispose!();
  });

  test('a fit killed between two updates resumes to the same predictions', async () => {
    const resumed = await killedAndResumed((changes) => predictions({}, changes), { epoch: 9, step: 3 });
    expect(resumed).toEqual(await usual);
  });

  test('saved under the published names, and loaded, it predicts the same bytes', async () => {
    const saved = join(folder, `saved-${name}`);
    const fitted = await variant.fit(data, contextOf());
    await fitted.save!(saved);
    const { arrays } = await readSafetensors(join(saved, 'weights.safetensors'));
    expect(arrays['spot_encoder.1.attn.fn.to_qkv.weight'].shape).toEqual([48, G]);
    expect(arrays).toHaveProperty(
      name === 'released' ? ['image_encoder.fusion.0.weight'] : ['image_encoder.cross_attention.in_proj_weight'],
    );
    expect(Object.values(arrays).reduce((sum, { data: { length } }) => sum + length, 0)).toBe(fitted.parameterCount);
    await fitted.dispose!();
    const loaded = await variant.load!(saved, here);
    expect(await loaded.predict(query)).toEqual(await usual);
    await loaded.dispose!();
  });

  test('no tensor is left behind', async () => {
    const before = memory().numTensors;
    await predictions({ epochs: 1, patience: 1 }, { engine: 'tfjs', device: 'js' });
    expect(memory().numTensors).toBe(before);
  });
});

test('the run record says what was fixed in advance', async () => {
  const { data, contextOf } = fittingRig({ method, planted, options: { ...small, epochs: 1 } });
  const fitted = await method.fit(data, contextOf());
  expect(fitted.selectedBy).toBe('fixed in advance: 1 epochs, 12 neighbours of 120 keys');
  await fitted.dispose!();
});

test('each regime has its own epochs; gradients of four batches make an update', () => {
  const config = configSchema.parse({ epochs: 3, finetuneEpochs: 7 });
  const { contrastive } = method;
  expect(contrastive.training(config, 'frozen')).toMatchObject({
    epochs: 3,
    accumulate: 4,
    batchSize: 128,
    lastBatch: 'keep',
  });
  expect(contrastive.training(config, 'finetune')).toMatchObject({ epochs: 7, accumulate: 4 });
  expect(contrastive.selectedBy!(config, 1000, 'finetune')).toBe(
    'fixed in advance: 7 epochs, 75 neighbours of 1000 keys',
  );
});

describe('refuses, before anything is trained', () => {
  const released = (changes: Partial<Config>, regime: 'frozen' | 'finetune') => () =>
    releasedModel(configSchema.parse({ ...changes }), regime);

  test('a scale smaller than the backbone allows, naming the smallest', () => {
    expect(released({ scales: [224, 28] }, 'finetune')).toThrow(
      'hiscmcl: scale 28: densenet121 needs images of at least 29 px, got 28',
    );
    expect(released({ scales: [224], imageSizePx: 20 }, 'finetune')).toThrow('scale 224: densenet121');
    expect(released({ scales: [224, 29] }, 'finetune')).not.toThrow();
    const tiny = paperConfigSchema.parse({ imageSizePx: 20 });
    expect(() => paperModel(tiny, 'finetune')).toThrow('imageSizePx: densenet121 needs images of at least 29 px');
  });

  test('a scale without frozen features', () => {
    expect(released({ scales: [224, 448] }, 'frozen')).toThrow(
      'scale 448 needs frozen features of view scale-448, there are patch, scale-672',
    );
    expect(released({ scales: [672] }, 'frozen')).not.toThrow();
  });

  test('an encoder whose width does not match', async () => {
    const { imageEncoder } = paperModel(paperConfigSchema.parse({}), 'frozen');
    const sizes = { featureWidth: planted.features, tokens: {}, imageSizePx: 0, geneCount: G, positionCount: 9 };
    expect(() => imageEncoder.parameters(sizes)).toThrow(
      "attentionHeads must divide the image encoder's width, got 8 heads for 10 features",
    );
    const { data, contextOf } = fittingRig({ method, planted, options: small });
    const [first] = data.train;
    const wide = { ...first.views!['scale-672']!, width: 5, tokens: 2 };
    const mixed = { ...data, train: [{ ...first, views: { 'scale-672': wide } }], validation: [] };
    await expect(method.fit(mixed, contextOf())).rejects.toThrow(
      'view scale-672: needed 10 features a token as view patch has, got 5',
    );
  });

  test('options out of range, and unknown ones', () => {
    for (const wrong of [
      { scales: [] },
      { scales: [224, 224] },
      { scales: [0] },
      { fusionDropout: 1 },
      { accumulate: 0 },
    ]) {
      expect(() => configSchema.parse(wrong), JSON.stringify(wrong)).toThrow();
    }
    expect(() => paperConfigSchema.parse({ scales: [224] })).toThrow('scales');
    expect(() => configSchema.parse({ backbone: 'densenet' })).toThrow('backbone');
  });
});
