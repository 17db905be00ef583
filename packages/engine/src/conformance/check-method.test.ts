/** Every check passes an honest method and fails one that breaks just that. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, Encoder, Fitted, Method, Slide, TrainingSlide } from '@spotbench/core';
import { add, keep, mean, mul, scalar, sub, sum, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createContrastiveMethod } from '../contrastive/contrastive-method.ts';
import type { ContrastiveOptions } from '../contrastive/contrastive-options.ts';
import { createEngine } from '../engines/create-engine.ts';
import { ones } from '../initialisers/kinds.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { symmetricContrastive } from '../losses/contrastive.ts';
import { adam } from '../optimisers/adam.ts';
import { retrievalPredictor } from '../retrieval/retrieval-predictor.ts';
import { constantSchedule } from '../schedules/schedule.ts';
import { checkMethod } from './check-method.ts';
import type { CheckName, CheckResult } from './check-result.ts';
import { exceptionsOf, type DeclaredExceptions } from './exceptions.ts';

const engine = { engine: 'onnx', device: 'cpu' };

type Declared = DeclaredExceptions[string];

async function resultsOf(method: Method, declared: Declared = {}): Promise<Record<CheckName, CheckResult>> {
  const exceptions = exceptionsOf({ [method.name]: declared }, method.name, [method.name]);
  const results = await checkMethod({ method, exceptions, engine });
  return Object.fromEntries(results.map((result) => [result.check, result])) as Record<CheckName, CheckResult>;
}

const failures = (results: Record<CheckName, CheckResult>): string[] =>
  Object.values(results)
    .filter(({ status }) => status === 'fail')
    .map(({ check }) => check);

/** Gene g of a spot is its first feature plus g. */
function honest(slide: Slide, G: number): Float32Array {
  const width = slide.features!.names.length;
  const { values } = slide.features!;
  return Float32Array.from(
    { length: slide.spots.ids.length * G },
    (_, i) => values[Math.floor(i / G) * width] + (i % G),
  );
}

type Change = (slide: Slide, G: number) => Float32Array;
const unchanged: Fitted = {
  predict: () => Promise.reject(new Error('replaced')),
  selectedBy: 'nothing',
  parameterCount: 0,
};

/** A method without chance that predicts by `predict`. */
function plain(predict: Change, changes: Partial<Method> = {}): Method {
  return {
    name: 'plain',
    version: '1',
    title: 'plain',
    deterministic: true,
    configSchema: z.strictObject({}),
    fit: ({ genes }) =>
      Promise.resolve({ ...unchanged, predict: (slide) => Promise.resolve().then(() => predict(slide, genes.length)) }),
    ...changes,
  };
}

describe('a method of the first contract', () => {
  test('an honest one passes; what cannot be asked of it is said', async () => {
    const results = await resultsOf(plain(honest));
    expect(failures(results)).toEqual([]);
    const unasked = Object.values(results).filter(({ status }) => status === 'not applicable');
    expect(unasked.map(({ check }) => check)).toEqual([
      'gradients',
      'loss falls',
      'save and load',
      'key chunks',
      'reference bank',
    ]);
    expect(results.gradients.found).toContain('no second-level contract');
  });

  const kept: Float32Array[] = [];
  const fitted =
    (predict: Change, before: () => unknown): Method['fit'] =>
    async ({ genes }) => {
      await before();
      return { ...unchanged, predict: (slide) => Promise.resolve(predict(slide, genes.length)) };
    };
  let calls = 0;
  const cases: [CheckName, Method, string, CheckName[]?][] = [
    ['fit', plain(honest, { fit: () => Promise.reject(new Error('no such luck')) }), 'no such luck'],
    [
      'shapes',
      plain((slide, G) => honest(slide, G - 1)),
      'needed a Float32Array of 2400, got 2250',
      ['batch size', 'spot order'],
    ],
    [
      'finite',
      plain((slide, G) => honest(slide, G).fill(NaN, 17, 18)),
      'spot spot-1, gene GENE1: NaN',
      ['same seed', 'batch size', 'spot order'],
    ],
    [
      'same seed',
      plain((slide, G) => honest(slide, G).fill(calls++, 0, 1)),
      'needed the same bytes',
      ['batch size', 'spot order', 'test expression'],
    ],
    ['same seed', plain(honest, { deterministic: false }), 'it ignores its seed'],
    [
      'same seed',
      plain(honest, {
        fit: ({ genes }, { random }) => {
          const shift = random.uniform();
          const predict = (slide: Slide) => Promise.resolve(honest(slide, genes.length).map((value) => value + shift));
          return Promise.resolve({ ...unchanged, predict });
        },
      }),
      'deterministic: true',
    ],
    [
      'save and load',
      plain(honest, {
        fit: ({ genes }) =>
          Promise.resolve({
            ...unchanged,
            predict: (slide) => Promise.resolve(honest(slide, genes.length)),
            save: () => Promise.resolve(),
          }),
        load: () =>
          Promise.resolve({ ...unchanged, predict: (slide) => Promise.resolve(honest(slide, 16).map((v) => v + 1)) }),
      }),
      'needed the same bytes',
    ],
    [
      'batch size',
      plain((slide, G) => honest(slide, G).map((value) => value / slide.spots.ids.length)),
      'parts of 1, 7',
    ],
    [
      'spot order',
      plain((slide, G) => honest(slide, G).map((value, i) => value + (i < G ? 1 : 0))),
      'reverse',
      ['batch size'],
    ],
    [
      'test expression',
      plain((slide, G) =>
        honest(slide, G).map((value, i) => value + ((slide as TrainingSlide).expression?.values[i] ?? 0)),
      ),
      'moves with its own and another',
    ],
    ['leaks', plain(honest, { fit: fitted(honest, () => keep(scalar(1))) }), '1 tensors more'],
    [
      'leaks',
      plain(honest, {
        fit: fitted(honest, async () =>
          (await createEngine()).compile((state, { x }) => ({ state, outputs: { y: add(x, 1) } }), {
            state: {},
            inputs: { x: { dtype: 'float32', shape: [1] } },
          }),
        ),
      }),
      '1 sessions opened and 0 released',
    ],
    [
      'memory',
      plain(honest, { fit: fitted(honest, () => kept.push(new Float32Array(2 ** 24).fill(1))) }),
      'MiB more resident',
    ],
  ];

  test.each(cases)('%s fails', async (check, method, message, also = []) => {
    const results = await resultsOf(method);
    expect(results[check].found).toContain(message);
    expect(failures(results).sort()).toEqual([check, ...also].sort());
  });

  test('a declared failure is a note with its reason; a declaration that is not needed fails', async () => {
    const byPlace = plain((slide, G) => honest(slide, G).map((value) => value / slide.spots.ids.length));
    const published = { 'batch size': 'the published form divides by the number of spots' };
    const noted = await resultsOf(byPlace, { published });
    expect(noted['batch size']).toMatchObject({ status: 'note' });
    expect(noted['batch size'].found).toContain('declared: the published form divides');
    const stale = await resultsOf(plain(honest), { published });
    expect(failures(stale)).toEqual(['batch size']);
  });
});

const WIDTH = 8;

interface Toy {
  /** Applied to the image or spot embedding. */
  readonly image?: (embedding: Tensor2D) => Tensor2D;
  readonly spot?: (embedding: Tensor2D) => Tensor2D;
  /** Adds a parameter `unused` that the loss multiplies by 0. */
  readonly unused?: boolean;
  readonly rate?: number;
}

/** Two linear encoders under the symmetric contrastive loss. */
function toy({ image, spot, unused = false, rate = 1e-2 }: Toy = {}) {
  const encoder = (name: string, input: 'image' | 'spot', change: (y: Tensor2D) => Tensor2D = (y) => y): Encoder => ({
    parameters: ({ featureWidth, geneCount }) =>
      scoped(name, linearSpecs({ input: input === 'image' ? featureWidth : geneCount, output: WIDTH })),
    encode: (parameters, { features, expression }: Batch) => ({
      embedding: change(linear(parameters, name, input === 'image' ? features.patch! : expression) as Tensor2D),
    }),
  });
  const options: ContrastiveOptions<object> = {
    name: 'toy',
    version: '1',
    title: 'toy',
    configSchema: z.strictObject({}),
    build: () => ({
      imageEncoder: encoder('image', 'image', image),
      spotEncoder: encoder('spot', 'spot', spot),
      loss: {
        parameters: (): ParameterSpecs => (unused ? { unused: { shape: [3], init: ones } } : {}),
        compute: ({ image: i, spot: s, parameters }) => {
          const loss = symmetricContrastive(s.embedding, i.embedding, 1);
          const total = unused ? add<Scalar>(loss, mul(sum(parameters.unused), 0)) : loss;
          return { total, terms: {} };
        },
      },
      predictor: retrievalPredictor({ topK: 10, maxFraction: null, weights: 'mean' }),
    }),
    training: () => ({
      epochs: 3,
      batchSize: 64,
      lastBatch: 'keep',
      optimiser: adam(),
      schedule: constantSchedule(rate),
      chunkSize: 16,
      standardiseFeatures: true,
    }),
  };
  return createContrastiveMethod(options) as Method;
}

/** The method with fitted.json rewritten after every save. */
function savedWith(change: (keys: { sections: string[]; spotIds: string[] }) => void): Method {
  const method = toy();
  return {
    ...method,
    fit: async (data, context) => {
      const made = await method.fit(data, context);
      const save = async (folder: string): Promise<void> => {
        await made.save!(folder);
        const path = join(folder, 'fitted.json');
        const text = JSON.parse(await readFile(path, 'utf8')) as { keys: Parameters<typeof change>[0] };
        change(text.keys);
        await writeFile(path, JSON.stringify(text));
      };
      return { ...made, save };
    },
  };
}

const centred = (embedding: Tensor2D): Tensor2D => sub(embedding, mul(mean(embedding, 0, true), 3));

describe('a contrastive method', () => {
  test('an honest one passes every check', async () => {
    const results = await resultsOf(toy());
    expect(failures(results)).toEqual([]);
    expect(Object.values(results).filter(({ status }) => status !== 'pass')).toEqual([]);
    expect(results['reference bank'].numbers).toMatchObject({ keys: 256, strangers: 0 });
  });

  const cases: [CheckName, Method, string][] = [
    ['gradients', toy({ unused: true }), 'no gradient: unused'],
    ['loss falls', toy({ rate: -1e-2 }), '40 steps on one batch'],
    ['batch size', toy({ image: centred }), 'off by'],
    ['key chunks', toy({ spot: centred }), 'chunks of another size than 16'],
    [
      'reference bank',
      savedWith(({ sections }) => sections.fill('test-section', 0, 2)),
      '2 keys are no training spots',
    ],
    [
      'reference bank',
      savedWith(({ spotIds }) => spotIds.splice(0, 2, 'spot-1', 'spot-0')),
      '2 keys have another expression',
    ],
    ['reference bank', savedWith(({ spotIds }) => spotIds.splice(0, 1, 'spot-1')), '1 keys are there twice'],
  ];
  test.each(cases)('%s fails', async (check, method, message) => {
    const results = await resultsOf(method);
    expect(results[check]).toMatchObject({ status: 'fail' });
    expect(results[check].found).toContain(message);
    expect(
      failures(results).filter((name) => name !== check && !(check === 'batch size' && name === 'spot order')),
    ).toEqual([]);
  });

  test('a declared parameter without gradient is said; one that has a gradient after all fails', async () => {
    const reason = 'kept for the state dict alone';
    const declared = await resultsOf(toy({ unused: true }), { noGradient: { unused: reason } });
    expect(declared.gradients).toMatchObject({ status: 'pass', numbers: { without: 1 } });
    expect(declared.gradients.found).toContain(`unused has none: ${reason}`);
    const stale = await resultsOf(toy(), { noGradient: { 'spot.weight': reason } });
    expect(stale.gradients.found).toBe('declared to have none, but trained: spot.weight');
  });
});

describe('declared exceptions', () => {
  const of = (declared: unknown) => () => exceptionsOf(declared, 'toy', ['toy', 'other']);
  test.each<[unknown, string]>([
    [{ toi: {} }, 'unknown method in conformance/exceptions.ts "toi"; did you mean "toy"'],
    [{ toy: { publisht: {} } }, 'publisht'],
    [{ toy: { published: { 'spot ordr': 'long enough a reason' } } }, 'unknown conformance check "spot ordr"'],
    [{ toy: { published: { 'test expression': 'long enough a reason' } } }, 'holds for every method'],
    [{ toy: { noGradient: { weight: 'why' } } }, 'expected string to have >=10 characters'],
  ])('%j is refused', (declared, message) => {
    expect(of(declared)).toThrow(message);
  });

  test('none are declared without a file', () => {
    expect(of(undefined)()).toEqual({ options: {}, noGradient: {}, published: {} });
  });
});
