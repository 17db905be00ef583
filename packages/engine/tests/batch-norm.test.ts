/** torch.nn.BatchNorm1d(2) of torch 2.5.1 in float64; loss = sum(y^3). */
import { mul, sum, tensor1d, tensor2d, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createRandom } from '@spotbench/core';
import {
  batchNorm,
  batchNormSpecs,
  createEngine,
  initialise,
  sgd,
  train,
  trainableNames,
  valueAndGradients,
} from '@spotbench/engine';
import type { HostArray, LossFunction } from '@spotbench/engine';

const engine = await createEngine({ name: 'tfjs' });

const params = () => ({
  'bn.weight': tensor1d([2, 0.5]),
  'bn.bias': tensor1d([1, -1]),
  'bn.running_mean': tensor1d([0.5, 0]),
  'bn.running_var': tensor1d([2, 1]),
});
const batch = [
  [1, 10],
  [2, 20],
  [4, 60],
];

describe('equals PyTorch', () => {
  test('training: output, running statistics, gradients', () => {
    const x = tensor2d(batch);
    const given = params();
    const { y, updates } = batchNorm(given, 'bn', x, 'train');
    near(y, [-1.13808306, -1.46291004, 0.46547923, -1.23145502, 3.67260383, -0.30563493]);
    near(updates['bn.running_mean'], [0.68333333, 3]);
    near(updates['bn.running_var'], [2.03333333, 70.9]);

    const cubes = (out: Tensor): Scalar => sum(mul(mul(out, out), out));
    const loss = () => ({ total: cubes(batchNorm(given, 'bn', x, 'train').y), terms: {} });
    const { gradients } = valueAndGradients(loss, { x, weight: given['bn.weight'] });
    near(gradients.x, [10.60289572, 0.00708536, -15.90466337, -0.0088567, 5.30176764, 0.00177134]);
    near(gradients.weight, [49.7444999, -7.66086721]);
  });

  test('evaluation uses the running statistics, here those after one batch, and changes nothing', () => {
    const after = batchNorm(params(), 'bn', tensor2d(batch), 'train').updates;
    const { y, updates } = batchNorm({ ...params(), ...after }, 'bn', tensor2d(batch), 'eval');
    near(y, [1.44414726, -0.58433362, 2.84671756, 0.00947549, 5.65185815, 2.38471193]);
    expect(updates).toEqual({});
  });
});

test('training carries the running statistics along, and no optimiser touches them', async () => {
  const specs = Object.fromEntries(Object.entries(batchNormSpecs(2)).map(([name, spec]) => [`bn.${name}`, spec]));
  expect(trainableNames(specs)).toEqual(['bn.weight', 'bn.bias']);
  const x: HostArray = { dtype: 'float32', shape: [3, 2], data: Float32Array.from(batch.flat()) };
  const loss: LossFunction = (parameters, inputs) => {
    const { y, updates } = batchNorm(parameters, 'bn', inputs.x, 'train');
    return { total: sum(mul(y, y)), terms: {}, updates };
  };
  const { parameters } = await train({
    engine,
    parameters: initialise(specs, createRandom(0)),
    trainable: trainableNames(specs),
    loss,
    batches: { stepsPerEpoch: 1, read: () => Promise.resolve({ x }) },
    random: createRandom(0),
    optimiser: sgd({ weightDecay: 0.5 }),
    schedule: () => 0.01,
    epochs: 2,
  });
  // mean 30 of channel 1: 0.1 * 30, then 0.9 * 3 + 0.1 * 30; variance of channel 0 is 7/3: 0.9 + 0.1 * 7/3, and again
  expect(parameters['bn.running_mean'].data[1]).toBeCloseTo(5.7, 5);
  expect(parameters['bn.running_var'].data[0]).toBeCloseTo(0.81 + 0.19 * (7 / 3), 5);
});

test('one value a channel has no variance', () => {
  expect(() => batchNorm(params(), 'bn', tensor2d([[1, 2]]), 'train')).toThrow(
    'bn: training needs at least 2 values a channel, got 1',
  );
});

function near(actual: Tensor, expected: readonly number[]): void {
  actual.dataSync().forEach((value, i) => expect(value, `element ${i}`).toBeCloseTo(expected[i], 4));
}
