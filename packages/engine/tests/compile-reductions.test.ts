import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiledAndReference, evaluate, requireAgreement, wave, type Op } from './compile-agreement.ts';
import { RUNS, shape } from './compile-shapes.ts';

describe('reductions', () => {
  const axes = shape(1, 4).chain((dims) =>
    fc.tuple(fc.constant(dims), fc.subarray(dims.map((_, i) => i)), fc.boolean()),
  );
  const ops: [string, (x: tf.Tensor, axis: number[], keep: boolean) => tf.Tensor, boolean][] = [
    ['sum', tf.sum, true],
    ['mean', tf.mean, true],
    ['max', tf.max, true],
    ['min', tf.min, true],
    ['prod', tf.prod, true],
    ['logSumExp', tf.logSumExp, true],
    ['any', (x, axis, keep) => tf.any(tf.greater(x, 1), axis, keep), false],
    ['all', (x, axis, keep) => tf.all(tf.greater(x, -1.5), axis, keep), false],
    ['bool sum', (x, axis, keep) => tf.sum(tf.greater(x, 0), axis, keep), false],
  ];
  test.each(ops)('%s', async (_, reduce, gradient) => {
    const property = fc.asyncProperty(axes, ([dims, axis, keep]) =>
      requireAgreement((x) => reduce(x, axis, keep), [wave(dims)], { gradient }),
    );
    await fc.assert(property, RUNS);
  });

  const lastAxis: [string, Op, boolean][] = [
    ['softmax', (x) => tf.softmax(x), true],
    ['logSoftmax', (x) => tf.logSoftmax(x), true],
    ['layer norm', layerNorm, true],
    ['argMax', (x) => tf.argMax(x, -1), false],
    ['argMin', (x) => tf.argMin(x, 0), false],
    ['cumsum', (x) => tf.cumsum(x, 0, true, true), true],
    ['cumprod', (x) => tf.cumprod(x, 0), false],
    ['cumprod exclusive reverse', (x) => tf.cumprod(x, 0, true, true), false],
    ['top-k values', (x) => tf.topk(x, 1).values, true],
    ['top-k indices', (x) => tf.topk(x, x.shape.at(-1)).indices, false],
  ];
  test.each(lastAxis)('%s', async (_, op, gradient) => {
    const property = fc.asyncProperty(shape(1, 4), (dims) =>
      // Layer norm over one element divides zero by epsilon: rounding differs, so such axes are drawn at 2 and above.
      requireAgreement(op, [wave([...dims.slice(0, -1), dims.at(-1)! + 1])], { gradient, rtol: 1e-4, atol: 1e-4 }),
    );
    await fc.assert(property, RUNS);
  });

  // The reference gives another shape for an axis counted from the end, so both are compiled here.
  test.each(['cumsum', 'cumprod'] as const)('%s along the last axis, named from either end', async (name) => {
    const [compiled] = await compiledAndReference();
    const along = (axis: number) =>
      evaluate(compiled, (x) => tf[name](tf.transpose(x), axis), [wave([4, 3, 5])], false);
    expect(await along(-1)).toEqual(await along(2));
  });
});

function layerNorm(x: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)));
}

describe('matrix products', () => {
  const sizes = fc.tuple(shape(0, 2), shape(3, 3), fc.boolean(), fc.boolean());
  test('batched, transposed either way', async () => {
    const property = fc.asyncProperty(sizes, ([batch, [i, k, j], transposeA, transposeB]) => {
      const a = wave([...batch, ...(transposeA ? [k, i] : [i, k])]);
      const b = wave([...batch, ...(transposeB ? [j, k] : [k, j])], 2);
      return requireAgreement((x, y) => tf.matMul(x, y, transposeA, transposeB), [a, b]);
    });
    await fc.assert(property, { ...RUNS, numRuns: 20 });
  });

  test('of lazily broadcast operands', async () => {
    const op: Op = (a, b) => tf.matMul(tf.broadcastTo(a, [4, 3, 5]), tf.broadcastTo(b, [4, 5, 2]));
    await requireAgreement(op, [wave([1, 3, 1]), wave([5, 1], 2)]);
  });

  test('attention', async () => {
    const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [2, 5, 3, 4]), [0, 2, 1, 3]);
    const op: Op = (q, k, v) => {
      const weights = tf.softmax(tf.mul(tf.matMul(heads(q), heads(k), false, true), 0.5));
      return tf.reshape(tf.transpose(tf.matMul(weights, heads(v)), [0, 2, 1, 3]), [2, 5, 12]);
    };
    await requireAgreement(op, [wave([2, 5, 12]), wave([2, 5, 12], 2), wave([2, 5, 12], 3)]);
  });
});
