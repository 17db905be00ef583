import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { float, requireAgreement, wave, type Op } from './compile-agreement.ts';

const RUNS = { numRuns: 25, seed: 20240608 };

/** Images [B, H, W, C] and a window that fits them. */
const windows = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 4, max: 9 }),
  width: fc.integer({ min: 4, max: 9 }),
  input: fc.integer({ min: 1, max: 4 }),
  output: fc.integer({ min: 1, max: 5 }),
  size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  stride: fc.integer({ min: 1, max: 3 }),
  pad: fc.constantFrom('same' as const, 'valid' as const, 1),
});
type Drawn = typeof windows extends fc.Arbitrary<infer T> ? T : never;

const image = ({ batch, height, width, input }: Drawn, seed = 1) => wave([batch, height, width, input], seed);
/** TensorFlow.js works a numeric padding out for square windows with one stride only. */
const padOf = ({ pad, size }: Drawn) => (pad === 1 && (size[0] !== size[1] || size[0] < 2) ? 'valid' : pad);

describe('convolution', () => {
  test('values and both gradients', async () => {
    const property = fc.asyncProperty(windows, (drawn) => {
      const op: Op = (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, drawn.stride, padOf(drawn));
      return requireAgreement(op, [image(drawn), wave([...drawn.size, drawn.input, drawn.output], 2)]);
    });
    await fc.assert(property, { ...RUNS, numRuns: 60 });
  });

  test('of dilated filters', async () => {
    const op: Op = (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', [2, 1]);
    await requireAgreement(op, [wave([2, 7, 6, 3]), wave([3, 2, 3, 4], 2)]);
  });

  test('depthwise, with a channel multiplier', async () => {
    const cases = fc.tuple(windows, fc.integer({ min: 1, max: 2 }));
    const property = fc.asyncProperty(cases, ([drawn, multiplier]) => {
      const op: Op = (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, drawn.stride, padOf(drawn));
      return requireAgreement(op, [image(drawn), wave([...drawn.size, drawn.input, multiplier], 2)]);
    });
    await fc.assert(property, RUNS);
  });

  test('with filters stored as PyTorch stores them, through batch norm, relu, a join and pooling', async () => {
    const op: Op = (x, w, scale) => {
      const y = tf.conv2d(x as tf.Tensor4D, tf.transpose(w as tf.Tensor4D, [2, 3, 1, 0]), 1, 1);
      const centred = tf.sub(y, tf.mean(y, [0, 1, 2]));
      const normal = tf.mul(tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), [0, 1, 2]), 1e-5))), scale);
      const joined = tf.concat([tf.relu(normal), x], 3) as tf.Tensor4D;
      return tf.mean(tf.avgPool(joined, 2, 2, 'valid'), [1, 2]);
    };
    await requireAgreement(op, [wave([2, 6, 6, 3]), wave([4, 3, 3, 3], 2), wave([4], 3)], { rtol: 1e-4, atol: 1e-4 });
  });
});

describe('pooling', () => {
  test('max', async () => {
    const property = fc.asyncProperty(windows, (drawn) => {
      const op: Op = (x) => tf.maxPool(x as tf.Tensor4D, drawn.size, drawn.stride, padOf(drawn));
      return requireAgreement(op, [image(drawn)]);
    });
    await fc.assert(property, RUNS);
  });

  test('max gives a tied maximum to the first of its window', async () => {
    const flat = float([1, 4, 4, 1], () => 1);
    await requireAgreement((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), [flat]);
  });

  test('average', async () => {
    const property = fc.asyncProperty(windows, (drawn) => {
      const op: Op = (x) => tf.avgPool(x as tf.Tensor4D, drawn.size, drawn.stride, padOf(drawn));
      return requireAgreement(op, [image(drawn)]);
    });
    await fc.assert(property, RUNS);
  });
});

describe('batch norm and resize', () => {
  test('batch norm with given statistics', async () => {
    const op: Op = (x, mean, spread, scale, offset) => {
      const of = (t: tf.Tensor) => t as tf.Tensor1D;
      return tf.batchNorm(x as tf.Tensor4D, of(mean), of(tf.square(spread)), of(offset), of(scale), 1e-3);
    };
    const vectors = [2, 3, 4, 5].map((seed) => wave([3], seed));
    await requireAgreement(op, [wave([2, 4, 3, 3]), ...vectors], { rtol: 1e-4, atol: 1e-4 });
    const constant: Op = (x) =>
      tf.batchNorm(x as tf.Tensor4D, [0.1, 0.2, 0.3], [1.1, 0.4, 2], [0.5, 0, 1], [2, 1, -1], 1e-3);
    await requireAgreement(constant, [wave([2, 4, 3, 3])]);
  });

  test.each([
    ['half pixels', false, true],
    ['corners', true, false],
    ['neither', false, false],
  ])('resize with %s', async (_, alignCorners, halfPixels) => {
    for (const target of [
      [7, 9],
      [2, 3],
      [1, 1],
    ] as [number, number][]) {
      const op: Op = (x) => tf.image.resizeBilinear(x as tf.Tensor4D, target, alignCorners, halfPixels);
      await requireAgreement(op, [wave([2, 4, 5, 3])]);
    }
  });
});
