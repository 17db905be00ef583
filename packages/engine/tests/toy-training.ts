/** A two-layer regression with dropout: the smallest thing that uses every part of the training loop. */
import { mean, square, sub, type Scalar } from '@tensorflow/tfjs-core';
import { createRandom } from '@spotbench/core';
import {
  adam,
  constantSchedule,
  createEngine,
  dropout,
  epochOrder,
  gelu,
  initialise,
  linear,
  linearSpecs,
  scoped,
} from '@spotbench/engine';
import type { HostArray, LossFunction, TrainOptions } from '@spotbench/engine';

const EXAMPLES = 22;
const RATE = 0.25;

const specs = {
  ...scoped('hidden', linearSpecs({ input: 3, output: 8 })),
  ...scoped('out', linearSpecs({ input: 8, output: 2 })),
};

const loss: LossFunction = (parameters, { x, y, ...random }) => {
  const keep = random['random/mask'];
  const hidden = gelu(linear(parameters, 'hidden', x));
  const predicted = linear(parameters, 'out', dropout(hidden, keep && { keep, rate: RATE }));
  const total = mean<Scalar>(square(sub(predicted, y)));
  return { total, terms: { squared: total } };
};

const inputs = table(3, (i, j) => Math.sin(3 * i + 5 * j));
const targets = table(2, (i, j) => inputs[3 * i] - 0.5 * inputs[3 * i + 1] + j);

/** Options of a run of 4 epochs of batches 8, 8, 6; change what a test is about. */
export async function toyOptions(
  changes: Partial<TrainOptions> = {},
  engine: 'onnx' | 'tfjs' = 'tfjs',
): Promise<TrainOptions> {
  const random = createRandom(3, 'toy');
  const order = epochOrder({ examples: EXAMPLES, batchSize: 8, lastBatch: 'keep', random });
  return {
    engine: await createEngine({ name: engine }),
    parameters: initialise(specs, random),
    trainable: Object.keys(specs),
    loss,
    batches: {
      stepsPerEpoch: order.stepsPerEpoch,
      read: (epoch, step) => Promise.resolve(rowsOf(order.rows(epoch, step))),
    },
    randomInputs: ({ x }) => ({ 'random/mask': { kind: 'bernoulli', keep: 1 - RATE, shape: [x.shape[0], 8] } }),
    random,
    optimiser: adam({ weightDecay: 1e-3 }),
    schedule: constantSchedule(0.02),
    epochs: 4,
    ...changes,
  };
}

/** All examples as one batch. */
export const allRows = rowsOf(Uint32Array.from({ length: EXAMPLES }, (_, i) => i));

function rowsOf(rows: Uint32Array): Record<'x' | 'y', HostArray> {
  return { x: take(inputs, 3, rows), y: take(targets, 2, rows) };
}

function take(values: Float32Array, width: number, rows: Uint32Array): HostArray {
  const data = Float32Array.from(
    { length: rows.length * width },
    (_, i) => values[rows[Math.floor(i / width)] * width + (i % width)],
  );
  return { dtype: 'float32', shape: [rows.length, width], data };
}

function table(width: number, value: (i: number, j: number) => number): Float32Array {
  return Float32Array.from({ length: EXAMPLES * width }, (_, at) => value(Math.floor(at / width), at % width));
}
