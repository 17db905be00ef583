import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type HostArray } from '@spotbench/engine';
import { gradientError } from '@spotbench/engine/testing';
import { compiledAndReference, float, int, wave, type Op } from './compile-agreement.ts';

/**
 * Relative to the largest slope: float32 rounds each result (up to 1e-6 for sums of a few units) over 2 x 1e-3, and the
 * largest seen is 1.5e-3.
 */
const TOLERANCE = 3e-3;

const positive = (shape: number[], seed = 1) => float(shape, (i) => 0.4 + Math.abs(wave(shape, seed).data[i]));
const bounded = (shape: number[]) => float(shape, (i) => 0.8 * Math.sin(i * 7.1 + 0.4));
/** Numbers of `gap` steps apart in a scrambled order: no ties and no kinks within reach of the step. */
const spaced = (shape: number[], gap = 0.11, seed = 0) =>
  float(shape, (i) => gap * (((i * 17 + 5 * seed) % 53) - 26) + 0.05);
const x4 = (x: tf.Tensor) => x as tf.Tensor4D;
const ids = int([4], (i) => [2, 0, 2, 1][i]);

type Case = [string, Op, HostArray[]];

const images = wave([2, 5, 6, 2]);
const filter = wave([3, 2, 2, 3], 2);

const families: Record<string, Case[]> = {
  'two arrays': [
    ['add', tf.add, [wave([2, 1, 3]), wave([4, 1], 2)]],
    ['sub', tf.sub, [wave([2, 1, 3]), wave([4, 1], 2)]],
    ['mul', tf.mul, [wave([2, 1, 3]), wave([4, 1], 2)]],
    ['div', tf.div, [wave([2, 1, 3]), positive([4, 1], 2)]],
    ['pow', tf.pow, [positive([2, 1, 3]), wave([4, 1], 2)]],
    ['mod', tf.mod, [spaced([2, 1, 3]), float([4, 1], (i) => 3.07 + 0.2 * i)]],
    ['maximum', tf.maximum, [spaced([2, 1, 3]), float([4, 1], (i) => 0.52 - 0.33 * i)]],
    ['minimum', tf.minimum, [spaced([2, 1, 3]), float([4, 1], (i) => 0.52 - 0.33 * i)]],
    ['squared difference', tf.squaredDifference, [wave([2, 1, 3]), wave([4, 1], 2)]],
    ['where', (a, b) => tf.where(tf.greater(a, 0), a, tf.mul(b, 2)), [spaced([2, 4, 3]), wave([4, 1], 2)]],
    ['prelu', (x, a) => tf.prelu(x, a), [spaced([3, 4]), wave([4], 2)]],
    ['addN', (a, b) => tf.addN([a, b, a]), [wave([3, 2]), wave([3, 2], 2)]],
  ],
  'one array': [
    ...(
      ['abs', 'relu', 'elu', 'selu', 'leakyRelu', 'exp', 'sigmoid', 'tanh', 'softplus', 'erf', 'square'] as const
    ).map((name): Case => [name, (x) => tf[name](x), [spaced([3, 5], 0.07)]]),
    ...(['sin', 'cos', 'atan', 'sinh', 'cosh', 'asinh', 'expm1', 'neg'] as const).map((name): Case => [
      name,
      (x) => tf[name](x),
      [wave([3, 5])],
    ]),
    ...(['log', 'log1p', 'sqrt', 'rsqrt', 'reciprocal'] as const).map((name): Case => [
      name,
      (x) => tf[name](x),
      [positive([3, 5])],
    ]),
    ...(['tan', 'asin', 'acos', 'atanh'] as const).map((name): Case => [name, (x) => tf[name](x), [bounded([3, 5])]]),
    ['acosh', (x) => tf.acosh(tf.add(x, 1)), [positive([3, 5])]],
    ['relu6', (x) => tf.relu6(tf.mul(x, 5)), [spaced([3, 5])]],
    ['clip', (x) => tf.clipByValue(x, -0.52, 0.99), [spaced([3, 5])]],
    ['cast', (x) => tf.mul(x, tf.cast(tf.greater(x, 0), 'float32')), [spaced([3, 5])]],
  ],
  reductions: [
    ['sum', (x) => tf.square(tf.sum(x, [0, 2])), [wave([3, 2, 4])]],
    ['mean', (x) => tf.square(tf.mean(x, 1)), [wave([3, 2, 4])]],
    ['max', (x) => tf.max(x, [0, 2], true), [spaced([3, 2, 4])]],
    ['min', (x) => tf.min(x, 1), [spaced([3, 2, 4])]],
    ['prod', (x) => tf.prod(x, [0, 2]), [wave([3, 2, 2])]],
    ['prod with zeros', (x) => tf.prod(x, 1, true), [float([2, 3], (i) => [0, 2, 3, 0.5, 0, 0][i])]],
    ['logSumExp', (x) => tf.logSumExp(x, 1), [spaced([3, 4])]],
    ['cumsum', (x) => tf.cumsum(x, 1), [wave([3, 2, 4])]],
    ['cumsum exclusive reverse', (x) => tf.square(tf.cumsum(x, 0, true, true)), [wave([3, 2, 4])]],
    ['top-k', (x) => tf.square(tf.topk(x, 3).values), [spaced([2, 5])]],
    ['softmax', (x) => tf.softmax(x), [wave([3, 5])]],
    ['logSoftmax', (x) => tf.logSoftmax(x), [wave([3, 5])]],
  ],
  products: [
    ['dense', (a, b) => tf.matMul(a, b), [wave([3, 4]), wave([4, 2], 2)]],
    ['transposed', (a, b) => tf.matMul(a, b, true, true), [wave([4, 3]), wave([2, 4], 2)]],
    ['batched, broadcast', (a, b) => tf.matMul(a, b, false, true), [wave([2, 3, 4]), wave([1, 2, 4], 2)]],
  ],
  'moving elements': [
    ['reshape and transpose', (x) => tf.square(tf.reshape(tf.transpose(x), [8, 3])), [wave([3, 2, 4])]],
    ['slice', (x) => tf.square(tf.slice(x, [1, 0, 2], [2, -1, 1])), [wave([3, 2, 4])]],
    ['pad', (x) => tf.square(tf.pad(x, [[1, 0], [0, 2]])), [wave([3, 2])]], // prettier-ignore
    ['tile', (x) => tf.square(tf.tile(x, [2, 3])), [wave([3, 2])]],
    ['broadcastTo', (x) => tf.square(tf.broadcastTo(x, [2, 3, 4])), [wave([3, 1])]],
    ['reverse', (x) => tf.square(tf.reverse(x, 0)), [wave([3, 2])]],
    ['split and concat', (x) => tf.concat([tf.square(tf.split(x, 2, 1)[1]), x], 1), [wave([3, 4])]],
    ['stack and unstack', (x) => tf.stack([tf.square(tf.unstack(x, 1)[1]), tf.unstack(x, 1)[0]]), [wave([3, 2])]],
    ['gather', (x, i) => tf.square(tf.gather(x, i, 1)), [wave([3, 4]), ids]],
    ['batched gather', (x, i) => tf.square(tf.gather(x, tf.reshape(i, [2, 2]), 1, 1)), [wave([2, 3, 2]), ids]],
    ['segment sum', (x, i) => tf.square(tf.unsortedSegmentSum(x, i as tf.Tensor1D, 3)), [wave([4, 2]), ids]],
  ],
  convolution: [
    ['strided, same', (x, w) => tf.conv2d(x4(x), x4(w), 2, 'same'), [images, filter]],
    ['padded', (x, w) => tf.conv2d(x4(x), x4(w), 1, 1), [images, wave([3, 3, 2, 3], 2)]],
    ['dilated, same', (x, w) => tf.conv2d(x4(x), x4(w), 1, 'same', 'NHWC', [2, 1]), [images, filter]],
    ['dilated, valid', (x, w) => tf.conv2d(x4(x), x4(w), 1, 'valid', 'NHWC', [1, 3]), [images, filter]],
    ['depthwise', (x, w) => tf.depthwiseConv2d(x4(x), x4(w), 2, 'same'), [images, wave([3, 3, 2, 2], 2)]],
    [
      'depthwise dilated',
      (x, w) => tf.depthwiseConv2d(x4(x), x4(w), 1, 'same', 'NHWC', [2, 2]),
      [images, wave([2, 3, 2, 2], 2)],
    ],
  ],
  images: [
    ['max pool', (x) => tf.maxPool(x4(x), 3, 2, 1), [spaced([1, 5, 5, 2], 0.02)]],
    ['average pool', (x) => tf.avgPool(x4(x), 2, 2, 'valid'), [images]],
    ['average pool, padded', (x) => tf.avgPool(x4(x), 3, 2, 'same'), [images]],
    ['resize up, half pixels', (x) => tf.image.resizeBilinear(x4(x), [7, 9], false, true), [images]],
    ['resize down', (x) => tf.image.resizeBilinear(x4(x), [3, 2]), [images]],
    ['resize, corners', (x) => tf.image.resizeBilinear(x4(x), [8, 3], true), [images]],
    [
      'batch norm',
      (x, m, v, s) => {
        const [mean, spread, scale] = [m, tf.square(v), s] as tf.Tensor1D[];
        return tf.batchNorm(x4(x), mean, spread, mean, scale);
      },
      [images, wave([2], 2), positive([2], 3), wave([2], 4)],
    ],
  ],
};

describe.each(Object.entries(families))('central differences: %s', (_, cases) => {
  test.each(cases)('%s', async (_name, op, args) => {
    for (const engine of await compiledAndReference()) {
      expect(await gradientError(engine, op, args, { elements: 24 }), engine.name).toBeLessThan(TOLERANCE);
    }
  });
});

describe('a wrong gradient is caught', () => {
  const wrongly = (slope: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor): Op =>
    tf.customGrad((x, save) => {
      const given = x as tf.Tensor;
      (save as tf.GradSaveFunc)([given]);
      return { value: tf.square(given), gradFunc: (dy, saved) => slope(dy, saved[0]) };
    });

  test.each([
    ['a factor', wrongly((dy, x) => tf.mul(dy, tf.mul(x, 1.98)))],
    ['a sign', wrongly((dy, x) => tf.mul(dy, tf.mul(x, -2)))],
    ['one element', wrongly((dy, x) => tf.mul(tf.mul(dy, tf.mul(x, 2)), [1, 1, 1.05, 1]))],
    ['not a number', wrongly((dy, x) => tf.mul(dy, tf.log(tf.mul(tf.square(x), -1))))],
  ])('in %s', async (_, op) => {
    const args = [float([4], (i) => 1.1 + i)];
    for (const engine of await compiledAndReference()) {
      const right = await gradientError(engine, (x) => tf.square(x), args);
      expect(right).toBeLessThan(TOLERANCE);
      expect(await gradientError(engine, op, args)).not.toBeLessThan(2 * TOLERANCE);
    }
  });
});

describe('gradients that are not there', () => {
  const missing: [string, Op, string][] = [
    ['cumprod', (x: tf.Tensor) => tf.cumprod(x), 'gradient of Cumprod: there is none here; take exp'],
    ['mirrorPad', (x: tf.Tensor) => tf.mirrorPad(x, [[1, 1]], 'reflect'), 'gradient of MirrorPad'],
    [
      'gather',
      (x: tf.Tensor) => tf.gather(tf.reshape(x, [1, 2, 2]), tf.zeros([1, 1], 'int32'), 2, 1),
      'needs axis 1, got 2',
    ],
  ];
  test.each(missing)('%s', async (_, op, message) => {
    for (const engine of await compiledAndReference()) {
      await expect(gradientError(engine, op, [wave([4])])).rejects.toThrow(message);
    }
  });
});
