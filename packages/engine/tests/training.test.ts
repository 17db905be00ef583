import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Progress } from '@spotbench/core';
import { sgd, train } from '@spotbench/engine';
import type { BatchSource, HostArrays, Trained } from '@spotbench/engine';
import { allRows, toyOptions } from './toy-training.ts';

test('the loss falls, and progress tells every step', async () => {
  const events: Progress[] = [];
  const { history } = await train(await toyOptions({ epochs: 30, onProgress: (event) => events.push(event) }));
  expect(history).toHaveLength(30);
  expect(history[29].loss).toBeLessThan(0.5 * history[0].loss);
  expect(events).toHaveLength(90);
  expect(events[3]).toMatchObject({ epoch: 2, epochs: 30, step: 1, steps: 3 });
  expect(events[5].loss).toBe(history[1].loss);
  expect(events[5].terms).toEqual(history[1].terms);
});

test('both engines train alike', async () => {
  const [js, onnx] = await Promise.all([train(await toyOptions({}, 'tfjs')), train(await toyOptions({}, 'onnx'))]);
  // erf is a polynomial of 1.5e-7 in TensorFlow.js; twelve Adam steps of 0.02 amplify that.
  js.history.forEach(({ loss }, epoch) => expect(onnx.history[epoch].loss).toBeCloseTo(loss, 4));
});

test('the seed decides everything', async () => {
  const [a, b] = [await train(await toyOptions()), await train(await toyOptions())];
  expect(bits(a.parameters)).toEqual(bits(b.parameters));
});

test('every step of every epoch has random numbers of its own', async () => {
  const batches = batchesOf([allRows, allRows]);
  const losses: number[] = [];
  const onProgress = ({ step, loss }: Progress) => losses.push(step === 1 ? loss : 2 * loss - losses.at(-1)!);
  const options = await toyOptions({ batches, epochs: 3, schedule: () => 0, onProgress });
  const { parameters } = await train({ ...options, optimiser: sgd() });
  expect(bits(parameters)).toEqual(bits(options.parameters));
  expect(new Set(losses.map((loss) => loss.toFixed(6))).size).toBe(6);
});

test('accumulating two halves is one step on the whole', async () => {
  const halves = batchesOf([rows(0, 11), rows(11, 22)]);
  const whole = batchesOf([allRows]);
  const common = { randomInputs: undefined, optimiser: sgd({ momentum: 0.9 }), epochs: 3 };
  const summed = await train(await toyOptions({ ...common, batches: halves, accumulate: 2 }));
  const once = await train(await toyOptions({ ...common, batches: whole }));
  for (const [name, { data }] of Object.entries(once.parameters)) {
    data.forEach((value, i) => expect(summed.parameters[name].data[i]).toBeCloseTo(value, 5));
  }
});

test('what is left of an accumulation at the end of an epoch is an update too', async () => {
  const thirds = batchesOf([rows(0, 8), rows(8, 16), rows(16, 22)]);
  const rates: number[] = [];
  const schedule = ({ update, updates }: { update: number; updates: number }) => rates.push(update / updates) && 0.01;
  await train(await toyOptions({ batches: thirds, accumulate: 2, epochs: 2, schedule }));
  expect(rates).toEqual([0, 0, 0.25, 0.5, 0.5, 0.75]); // updates after steps 2 and 3 of each epoch
});

test('clipping bounds the step of plain gradient descent', async () => {
  const options = await toyOptions({
    batches: batchesOf([allRows]),
    epochs: 1,
    optimiser: sgd(),
    clipNorm: 0.01,
    schedule: () => 1,
  });
  const { parameters } = await train(options);
  const squares = Object.entries(parameters).flatMap(([name, { data }]) =>
    [...data].map((value, i) => (value - options.parameters[name].data[i]) ** 2),
  );
  expect(Math.sqrt(squares.reduce((sum, value) => sum + value))).toBeCloseTo(0.01, 4);
});

test('the moving average lags behind the parameters by its decay', async () => {
  const options = await toyOptions({ batches: batchesOf([allRows]), epochs: 1, averageDecay: 0.9 });
  const { parameters: average } = await train(options);
  const { parameters } = await train({ ...options, averageDecay: undefined });
  const [first, last, mean] = [options.parameters, parameters, average].map((arrays) => arrays['out.bias'].data[0]);
  expect(mean).toBeCloseTo(0.9 * first + 0.1 * last, 6);
});

test('early stopping gives back the best epoch', async () => {
  const values = [5, 3, 4, 3, 6, 1];
  const seen: HostArrays[] = [];
  const validate = (parameters: HostArrays) => Promise.resolve(values[seen.push(parameters) - 1]);
  const trained = await train(await toyOptions({ epochs: 6, earlyStopping: { patience: 3, validate } }));
  expect(seen).toHaveLength(5); // best after epoch 2, none better in 3, 4, 5
  expect(trained.epochs).toBe(2);
  expect(bits(trained.parameters)).toEqual(bits(seen[1]));
});

test('early stopping judges the moving average, and gives back that of the best epoch', async () => {
  const seen: HostArrays[] = [];
  const validate = (parameters: HostArrays) => Promise.resolve(-[1, 3, 2][seen.push(parameters) - 1]);
  const options = await toyOptions({ epochs: 3, averageDecay: 0.9, earlyStopping: { patience: 3, validate } });
  const stopped = await train(options);
  const best = await train({ ...options, epochs: 2, earlyStopping: undefined });
  expect(stopped.epochs).toBe(2);
  expect(bits(stopped.parameters)).toEqual(bits(seen[1]));
  expect(bits(stopped.parameters)).toEqual(bits(best.parameters));
  const { parameters: last } = await train({
    ...options,
    epochs: 2,
    averageDecay: undefined,
    earlyStopping: undefined,
  });
  expect(bits(stopped.parameters)).not.toEqual(bits(last));
});

describe('divergence', () => {
  test.each([NaN, Infinity])('of the validation figure, %f, names the epoch', async (value) => {
    const validate = () => Promise.resolve(value);
    const trained = train(await toyOptions({ earlyStopping: { patience: 1, validate } }));
    await expect(trained).rejects.toMatchObject({
      tag: 'diverged',
      message: expect.stringContaining(`epoch 1, step 3: needed a finite loss, got validation = ${value}`) as string,
    });
  });

  test('names epoch, step and term', async () => {
    const poisoned: BatchSource = {
      stepsPerEpoch: 2,
      read: (epoch, step) =>
        Promise.resolve(epoch === 1 && step === 1 ? { ...allRows, y: infinite(allRows.y) } : allRows),
    };
    await expect(train(await toyOptions({ batches: poisoned }))).rejects.toMatchObject({
      tag: 'diverged',
      message: expect.stringMatching(
        /epoch 2, step 2: .*loss = Infinity, squared = Infinity; last good checkpoint: none/,
      ) as string,
    });
  });
});

test('a parameter that the loss ignores is named', async () => {
  const options = await toyOptions();
  const parameters = { ...options.parameters, unused: options.parameters['out.bias'] };
  await expect(train({ ...options, parameters, trainable: [...options.trainable, 'unused'] })).rejects.toThrow(
    'unused',
  );
});

test('no tensor is left behind', async () => {
  await train(await toyOptions());
  const before = memory().numTensors;
  await train(await toyOptions({ averageDecay: 0.9, accumulate: 2 }));
  expect(memory().numTensors).toBe(before);
});

function batchesOf(batches: readonly HostArrays[]): BatchSource {
  return { stepsPerEpoch: batches.length, read: (_epoch, step) => Promise.resolve(batches[step]) };
}

function rows(begin: number, end: number): HostArrays {
  return Object.fromEntries(
    Object.entries(allRows).map(([name, { shape, data }]) => {
      const width = shape[1];
      return [name, { dtype: 'float32', shape: [end - begin, width], data: data.slice(begin * width, end * width) }];
    }),
  );
}

function infinite(array: HostArrays[string]): HostArrays[string] {
  return { ...array, data: new Float32Array(array.data.length).fill(1e30) };
}

function bits(arrays: Trained['parameters']): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data }]) => [
      name,
      [...new Uint32Array((data as Float32Array).slice().buffer)],
    ]),
  );
}
