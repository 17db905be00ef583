/** A small model beside golden numbers of itself: agrees as it is, and every number that is moved is found by its name. */
import { expect, test } from 'vitest';
import { add, matMul, mean, slice, square, sub, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { createEngine } from '../engines/create-engine.ts';
import type { HostArray } from '../host-array.ts';
import { zeros } from '../initialisers/kinds.ts';
import { adam } from '../optimisers/adam.ts';
import type { GoldenModel } from './golden-adapter.ts';
import { compareGolden } from './golden-compare.ts';
import { l2Norm } from './golden-errors.ts';
import { parseGolden, type GoldenFile } from './golden-file.ts';
import { probe, u01 } from './golden-formula.ts';
import { goldenParameters, runGolden, type GoldenRun } from './golden-run.ts';

const [B, D] = [6, 4];

/** y = x W' + b; loss = mean((y - x)^2); a running mean of y; one module under two keys. */
const model: GoldenModel = {
  parameters: {
    'layer.0.weight': { shape: [D, D], init: zeros },
    'layer.0.bias': { shape: [D], init: zeros },
    'norm.running_mean': { shape: [1, D], init: zeros, trainable: false },
    'head.bias': { shape: [D], init: zeros, trainable: false },
  },
  keyOf: (name) => name.replace('layer.0.', 'layer.1.'),
  inputs: { x: { dtype: 'float32', shape: [B, D], data: Float32Array.from(u01('input.image', B * D)) } },
  optimiser: adam(),
  learningRate: 1e-3,
  forward: (parameters, inputs) => ({
    y: outputOf(parameters, inputs),
    hidden: slice(outputOf(parameters, inputs), 0, 4),
  }),
  loss(parameters, inputs) {
    const y = outputOf(parameters, inputs);
    const total = mean<Scalar>(square(sub(y, inputs.x)));
    const running = add(parameters['norm.running_mean'], mean(y, 0, true));
    return { total, terms: { square: total }, updates: { 'norm.running_mean': running } };
  },
};

function outputOf(parameters: TensorMap, { x }: TensorMap): Tensor2D {
  return add(matMul(x as Tensor2D, parameters['layer.0.weight'] as Tensor2D, false, true), parameters['layer.0.bias']);
}

const STEPS = 3;
const run = await runGolden(model, await createEngine(), STEPS);

/** The file that this very run would be: y by its leading corner, `hidden` by a probe. */
function fileOf({ forward, loss, terms, gradients, losses, after }: GoldenRun): Record<string, unknown> {
  const corner = [...forward.y.data.slice(0, 3), ...forward.y.data.slice(D, D + 3)];
  const gradient = ([name, array]: [string, HostArray]) => [
    name,
    { l2: l2Norm(array), probe: probe(name, array.data) },
  ];
  const keys = ['layer.0.weight', 'layer.1.weight', 'layer.0.bias', 'norm.running_mean', 'head.bias'];
  const nameOf = (key: string) => key.replace('layer.1.', 'layer.0.');
  return {
    case: 'small',
    method: 'Small',
    config: {},
    y: { shape: [2, 3], data: corner },
    hidden_probe: probe('hidden', forward.hidden.data),
    loss,
    loss_terms: terms,
    gradients: { ...Object.fromEntries(Object.entries(gradients).map(gradient)), 'head.bias': null },
    training: {
      losses,
      params_after: Object.fromEntries(keys.map((key) => [key, probe(key, after[nameOf(key)].data)])),
    },
    float32_relative_error_of_pytorch: { y: 3e-6, loss: 1e-7, training_losses: [1e-7, 1e-7, 1e-7, 1e-7] },
  };
}

type Json = Record<string, never>;
const fresh = (): Json => JSON.parse(JSON.stringify(fileOf(run))) as Json;
const parsed = (file: object): GoldenFile => parseGolden(JSON.stringify(file), 'small.json');
const failed = (file: object) => compareGolden(parsed(file), model, run).filter(({ status }) => status !== 'ok');

test('a run agrees with itself, every value of the file compared', () => {
  const rows = compareGolden(parsed(fresh()), model, run);
  expect(rows.map(({ value }) => value)).toEqual([
    'y',
    'hidden_probe',
    'loss',
    'loss_terms.square',
    ...['gradient_l2', 'gradient_probe_over_l2'].flatMap((name) => [`${name} median`, `${name} p99`, `${name} max`]),
    ...[0, 1, 2, 3].map((i) => `training.losses[${i}]`),
    'training.params_after',
    'training.params_after, not trained',
  ]);
  expect(rows.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(rows[0]).toMatchObject({ peer: 3e-6, limit: 3e-5 });
  expect(rows[1]).toMatchObject({ peer: null, limit: 3e-5 });
  expect(rows[2]).toMatchObject({ peer: 1e-7, limit: 1e-5 });
});

test('weights come from the key that is filled last; statistics have seen the last forward pass too', async () => {
  const { 'layer.0.weight': weight } = goldenParameters(model.parameters, model.keyOf);
  expect(weight).toEqual(goldenParameters({ 'layer.1.weight': { shape: [D, D], init: zeros } })['layer.1.weight']);
  const longer = await runGolden(model, await createEngine(), STEPS + 1);
  const [seen, more] = [run, longer].map(({ after }) => after['norm.running_mean'].data[0]);
  expect(seen).not.toBe(more);
  expect(run.losses).toHaveLength(STEPS + 1);
  expect(longer.losses.slice(0, STEPS + 1)).toEqual(run.losses);
});

type Spoil = (file: Record<string, never>) => void;
const spoils: [string, string[], Spoil][] = [
  ['an element', ['y'], ({ y }: Record<string, { data: number[] }>) => void (y.data[4] *= 1.001)],
  ['a probe', ['hidden_probe'], (file: Record<string, number>) => void (file.hidden_probe += 1e-3)],
  ['the loss', ['loss'], (file: Record<string, number>) => void (file.loss *= 1.0001)],
  [
    'a term',
    ['loss_terms.square'],
    ({ loss_terms: t }: Record<string, Record<string, number>>) => void (t.square *= 1.0001),
  ],
  [
    'a norm',
    ['gradient_l2 p99', 'gradient_l2 max'],
    ({ gradients: g }: Record<string, Record<string, { l2: number }>>) => void (g['layer.0.bias'].l2 *= 1.0001),
  ],
  [
    'a probe of a gradient',
    ['gradient_probe_over_l2 p99', 'gradient_probe_over_l2 max'],
    ({ gradients: g }: Record<string, Record<string, { probe: number; l2: number }>>) =>
      void (g['layer.0.bias'].probe += 1e-3 * g['layer.0.bias'].l2),
  ],
  [
    'a later loss',
    ['training.losses[2]'],
    ({ training: t }: Record<string, { losses: number[] }>) => void (t.losses[2] *= 1.0001),
  ],
  [
    'a trained parameter, under the second key of its module',
    ['training.params_after'],
    ({ training: t }: Record<string, { params_after: Record<string, number> }>) =>
      void (t.params_after['layer.1.weight'] += 1e-3),
  ],
  [
    'a running statistic',
    ['training.params_after, not trained'],
    ({ training: t }: Record<string, { params_after: Record<string, number> }>) =>
      void (t.params_after['norm.running_mean'] += 1e-3),
  ],
] as [string, string[], Spoil][];

test.each(spoils)('%s that is off is found', (_what, names, spoil) => {
  const file = fresh();
  spoil(file);
  const median = (value: string) => value.endsWith(' median'); // of two parameters: the mean of both
  expect(
    failed(file)
      .map(({ value }) => value)
      .filter((value) => !median(value)),
  ).toEqual(names);
});

const strangers: [string, object][] = [
  ['z', { z: { shape: [1], data: [1] } }],
  ['z_probe', { z_probe: 1 }],
  ['y', { y: { shape: [B + 1, 1], data: [1, 2, 3, 4, 5, 6, 7] } }],
  ['loss_terms.other', { loss_terms: { other: 1 } }],
  ['training.params_after.other', { training: { ...(fileOf(run).training as object), params_after: { other: 1 } } }],
  ['float32_relative_error_of_pytorch.z', { float32_relative_error_of_pytorch: { z: 1e-6 } }],
];

test.each(strangers)('%s cannot be compared, and says so', (value, change) => {
  expect(failed({ ...fresh(), ...change })).toContainEqual(expect.objectContaining({ value, status: 'not compared' }));
});

test('gradients must be those of the same parameters', () => {
  const { gradients, ...rest } = fresh() as Record<string, Record<string, never>>;
  const rename = { ...gradients, other: gradients['layer.0.bias'], 'layer.0.weight': null };
  delete (rename as Record<string, unknown>)['layer.0.bias'];
  const rows = failed({ ...rest, gradients: rename }).map(({ value, at }) => `${value}: ${at ?? ''}`);
  expect(rows).toEqual(
    expect.arrayContaining([
      'gradients.other: no trainable parameter of this model',
      'gradients.layer.0.weight: null in the file, but trained here',
      'gradients.layer.0.bias: trained here, not in the file',
    ]),
  );
});

test('a result that is not a number is off', () => {
  const spoilt = (array: HostArray) => ({ ...array, data: (array.data as Float32Array).slice().fill(NaN, 1, 2) });
  const y = spoilt(run.forward.y);
  const after = { ...run.after, 'layer.0.weight': spoilt(run.after['layer.0.weight']) };
  const gradients = { ...run.gradients, 'layer.0.bias': spoilt(run.gradients['layer.0.bias']) };
  const broken = { ...run, forward: { ...run.forward, y }, loss: NaN, after, gradients };
  const rows = compareGolden(parsed(fresh()), model, broken).filter(({ status }) => status === 'off');
  expect(rows.map(({ value }) => value)).toEqual([
    'y',
    'loss',
    ...['gradient_l2', 'gradient_probe_over_l2'].flatMap((name) => [`${name} median`, `${name} p99`, `${name} max`]),
    'training.params_after',
  ]);
});

const malformed: [object, RegExp][] = [
  [{ method: undefined }, /method/],
  [{ loss: undefined }, /loss/],
  [{ gradients: { a: { l2: 1 } } }, /probe/],
  [{ training: { losses: [1, 1], momenta: [] } }, /momenta/],
  [{ float32_relative_error_of_pytorch: { gradient_l2: 1e-6 } }, /gradient_l2/],
  [{ extra: 3 }, /field "extra" is unknown/],
  [{ y: { shape: [2, 2], data: [1] } }, /field "y" is unknown here: a forward value needs shape and data of that size/],
];

test.each(malformed)('%j is refused by name', (change, message) => {
  expect(() => parsed({ ...fresh(), ...change })).toThrow(message);
});
