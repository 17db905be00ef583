/** Training in mixed precision, imitated on the CPU: float16 is rounded as a GPU rounds it, only not faster. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matMul, mean, mul, square, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { constantSchedule, createEngine, sgd, train, trainingStep } from '@spotbench/engine';
import type { HostArray, HostArrays, LossFunction, TrainOptions } from '@spotbench/engine';
import { readCheckpoint } from '../src/state/checkpoint.ts';
import { firstState } from '../src/training/state-layout.ts';
import { toyOptions } from './toy-training.ts';

const engine = await createEngine({ imitateMixed: true });
const mixed = async (changes: Partial<TrainOptions> = {}) => toyOptions({ engine, precision: 'mixed', ...changes });

test('a short training ends where float32 does, within what float16 rounds', async () => {
  const updates: number[] = [];
  const toy = await toyOptions({ engine, epochs: 10, schedule: ({ update }) => 0.02 + 0 * updates.push(update) });
  // A sixteenth of the loss: at the first scale no gradient overflows, so that no update is skipped.
  const loss: LossFunction = (parameters, inputs) => {
    const value = toy.loss(parameters, inputs);
    return { ...value, total: mul<Scalar>(value.total, 1 / 16) };
  };
  const half = await train({ ...toy, loss, precision: 'mixed' });
  expect(updates).toEqual(Array.from({ length: 30 }, (_, i) => i));
  const full = await train({ ...toy, loss });
  const [a, b] = [half, full].map(({ history }) => history.map((mean) => mean.loss));
  // 2^-11 relative for each product, over 30 steps of Adam; 7e-4 was seen. It must not be float32 either.
  a.forEach((value, epoch) => expect(Math.abs(value / b[epoch] - 1)).toBeLessThan(2e-3));
  expect(a).not.toEqual(b);
  expect(a[9]).toBeLessThan(0.7 * a[0]);
});

/** loss = mean((x w factor)^2) of a single product; its gradient is large where the factor is. */
function oneProduct(factor: number): LossFunction {
  return ({ w }, { x }) => ({
    total: mean<Scalar>(square(mul(matMul(x as Tensor2D, w as Tensor2D), factor))),
    terms: {},
  });
}
const array = (shape: number[], ...values: number[]): HostArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

/** A run of `steps` steps on one example, and the scaler's state after each of them. */
async function scalers(loss: LossFunction, steps: number, changes: Partial<TrainOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const path = join(folder, 'training.safetensors');
  const seen: { scale: number; good: number; w: number; updates: number; arrays: HostArrays }[] = [];
  const look = async (): Promise<void> => {
    const found = await readCheckpoint(path, 'x');
    if (found === undefined) return;
    const { arrays, position } = found;
    const [scale, good, w] = ['scaler/scale', 'scaler/good', 'w'].map((name) => arrays[name].data[0]);
    seen.push({ scale, good, w, updates: position.updates, arrays });
  };
  const options = await mixed({
    parameters: { w: array([1, 1], 2) },
    trainable: ['w'],
    loss,
    batches: {
      stepsPerEpoch: steps,
      read: async () => {
        await look();
        return { x: array([1, 1], 1) };
      },
    },
    randomInputs: undefined,
    optimiser: sgd({ momentum: 0.9 }),
    schedule: constantSchedule(1e-9),
    epochs: 1,
    checkpoint: { path, identity: 'x', everySteps: 1 },
    ...changes,
  });
  try {
    await train(options);
    await look();
    return seen;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('loss scale', () => {
  test('an overflow halves it and leaves all other state untouched; then training goes on', async () => {
    // d loss / d (x w) = 2 * 2 * 30 * 30 = 3,600; times the scale it fits float16 (65,504) from scale 16 downwards.
    const seen = await scalers(oneProduct(30), 14, { averageDecay: 0.5 });
    const skipped = seen.slice(0, 12);
    expect(skipped.map(({ scale }) => scale)).toEqual(skipped.map((_, i) => 2 ** (15 - i)));
    for (const { arrays, updates } of skipped) {
      expect(updates).toBe(0);
      expect([...arrays.w.data]).toEqual([2]);
      expect([...arrays['average/w'].data]).toEqual([2]);
      expect([...arrays['moment.b/w'].data]).toEqual([0]);
    }
    expect(seen[12]).toMatchObject({ scale: 16, good: 1, updates: 1 });
    expect(seen[12].arrays['moment.b/w'].data[0]).toBeCloseTo(3600, 0);
    expect(seen[13]).toMatchObject({ scale: 16, good: 2, updates: 2 });
  });

  test('a sum over batches that overflowed is forgotten with its update', async () => {
    const seen = await scalers(oneProduct(30), 4, { accumulate: 2 });
    // Read before steps 3 and 4 and after the last: steps 1 and 3, whose sums are not finite, are not saved.
    expect(seen.map(({ scale, updates }) => [scale, updates])).toEqual([
      [2 ** 15, 0],
      [2 ** 15, 0],
      [2 ** 14, 0],
    ]);
    seen.forEach(({ arrays }) => expect([arrays.w.data[0], arrays['accumulated/w'].data[0]]).toEqual([2, 0]));
  });

  test('it keeps gradients that float16 rounds to 0', async () => {
    // 2 * 2e-9: below half of float16's smallest number, 6e-8.
    const [first] = await scalers(oneProduct(Math.sqrt(1e-9)), 1);
    expect(first.arrays['moment.b/w'].data[0] / 4e-9).toBeCloseTo(1, 2);
  });

  test('is doubled after 2000 good updates', async () => {
    const started = {
      parameters: { w: array([1, 1], 2) },
      trainable: ['w'],
      optimiser: sgd(),
      accumulate: 1,
      averaged: false,
    };
    const layout = { ...started, loss: oneProduct(1e-3), precision: 'mixed' as const };
    const first = firstState(layout.parameters, layout);
    const inputs = { x: array([1, 1], 1), 'scalar/learningRate': array([], 0) };
    const step = await engine.compile(trainingStep(layout), { state: first, inputs, precision: 'mixed' });
    await step.writeState({ ...first, 'scaler/good': array([], 1998) });
    const scaler = async () => {
      await step.run(inputs);
      const state = await step.readState();
      return [state['scaler/scale'].data[0], state['scaler/good'].data[0]];
    };
    expect([await scaler(), await scaler(), await scaler()]).toEqual([
      [65_536, 1999],
      [131_072, 0],
      [131_072, 1],
    ]);
    await step.dispose();
  });

  test('stops where no scale helps', async () => {
    // A slope of 4e10: too large for float16 even at 2^-16.
    await expect(scalers(oneProduct(1e5), 60)).rejects.toMatchObject({
      tag: 'diverged',
      message: expect.stringContaining('at every loss scale down to') as string,
    });
  });
});

test('killed and resumed, it ends with the same bits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const checkpoint = { path: join(folder, 'training.safetensors'), identity: 'mixed', everySteps: 1 };
  try {
    const whole = await train(await mixed({ averageDecay: 0.9 }));
    const options = await mixed({ averageDecay: 0.9, checkpoint });
    let read = 0;
    const dying = {
      ...options.batches,
      read: (epoch: number, step: number) => {
        if (read++ === 7) throw new Error('killed');
        return options.batches.read(epoch, step);
      },
    };
    await expect(train({ ...options, batches: dying })).rejects.toThrow('killed');
    const resumed = await train(options);
    expect(bits(resumed.parameters)).toEqual(bits(whole.parameters));
    expect(resumed.history).toEqual(whole.history);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('is refused on a device that does not gain', async () => {
  const options = await mixed({ engine: await createEngine({ name: 'onnx' }) });
  await expect(train(options)).rejects.toMatchObject({ tag: 'unsupported' });
});

function bits(arrays: HostArrays): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]]),
  );
}
