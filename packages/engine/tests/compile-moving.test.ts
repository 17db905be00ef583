import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { int, requireAgreement, size, wave, type Op } from './compile-agreement.ts';
import { RUNS, shape } from './compile-shapes.ts';

describe('moving elements', () => {
  const permuted = shape(1, 5).chain((dims) =>
    fc.tuple(
      fc.constant(dims),
      fc.shuffledSubarray(
        dims.map((_, i) => i),
        { minLength: dims.length },
      ),
    ),
  );
  test('transpose, then reshape to every grouping, then arithmetic in the new order', async () => {
    const cases = fc.tuple(permuted, fc.nat(), fc.nat());
    const property = fc.asyncProperty(cases, ([[dims, permutation], first, second]) => {
      const op: Op = (x, y) => {
        const moved = tf.mul(tf.transpose(x, permutation), 2);
        const merged = mergeAxes(moved.shape, first);
        const grown = [
          ...merged.slice(0, second % (merged.length + 1)),
          1,
          ...merged.slice(second % (merged.length + 1)),
        ];
        return tf.add(tf.reshape(moved, grown), tf.reshape(y, grown));
      };
      return requireAgreement(op, [wave(dims), wave([size(dims)], 2)]);
    });
    await fc.assert(property, { ...RUNS, numRuns: 40 });
  });

  const fixed: [string, Op, number[]][] = [
    ['slice', (x) => tf.slice(x, [1, 0, 2], [2, -1, 1]), [4, 3, 5]],
    ['slice of a transposed array', (x) => tf.slice(tf.transpose(x), [1, 0, 2], [2, -1, 1]), [4, 3, 5]],
    ['strided slice', (x) => tf.stridedSlice(x, [0, 2, 3], [4, 0, 0], [2, -1, -2]), [4, 3, 5]],
    ['reverse', (x) => tf.reverse(x, [0, 2]), [4, 3, 5]],
    [
      'pad',
      (x) =>
        tf.pad(
          tf.transpose(x),
          [
            [1, 0],
            [0, 2],
            [3, 1],
          ],
          0.5,
        ),
      [4, 3, 5],
    ],
    [
      'mirror pad reflect',
      (x) =>
        tf.mirrorPad(
          x,
          [
            [1, 0],
            [0, 2],
            [2, 1],
          ],
          'reflect',
        ),
      [4, 3, 5],
    ],
    [
      'mirror pad symmetric',
      (x) =>
        tf.mirrorPad(
          x,
          [
            [1, 0],
            [0, 2],
            [2, 1],
          ],
          'symmetric',
        ),
      [4, 3, 5],
    ],
    ['tile', (x) => tf.tile(x, [2, 1, 3]), [4, 3, 5]],
    ['broadcastTo', (x) => tf.broadcastTo(x, [2, 4, 3, 5]), [4, 1, 5]],
    ['split', (x) => tf.square(tf.split(x, [1, 4], 2)[1]), [4, 3, 5]],
    ['unstack', (x) => tf.sub(tf.unstack(x, 1)[2], tf.unstack(x, 1)[0]), [4, 3, 5]],
    ['stack', (x) => tf.stack([x, tf.square(x)], 1), [4, 3, 5]],
    ['concat', (x) => tf.concat([x, tf.transpose(x, [0, 2, 1]), x], 0), [2, 3, 3]],
    ['concat on the last axis', (x) => tf.concat([tf.transpose(x), tf.square(tf.transpose(x))], -1), [4, 3, 5]],
    ['stack on a new last axis', (x) => tf.stack([tf.transpose(x), tf.square(tf.transpose(x))], -1), [4, 3, 5]],
    ['gather on the last axis', (x) => tf.gather(tf.transpose(x), tf.tensor1d([3, 0, 3], 'int32'), -1), [4, 3, 5]],
    ['squeeze', (x) => tf.squeeze(tf.transpose(x)), [4, 1, 5]],
    ['expandDims', (x) => tf.expandDims(tf.transpose(x), 1), [4, 3, 5]],
    [
      'gather',
      (x) =>
        tf.gather(
          x,
          tf.tensor2d(
            [
              [0, 2],
              [2, 1],
            ],
            [2, 2],
            'int32',
          ),
          1,
        ),
      [4, 3, 5],
    ],
    ['batched gather', (x) => tf.gather(x, tf.tensor2d([0, 2, 2, 1], [2, 2], 'int32'), 2, 1), [2, 3, 4]],
    ['zerosLike', (x) => tf.add(tf.zerosLike(x), tf.mul(x, tf.onesLike(x))), [4, 3, 5]],
    ['sum of a broadcast', (x) => tf.sum(tf.square(tf.broadcastTo(x, [2, 4, 3, 5])), [0, 2]), [4, 1, 5]],
    ['eye', (x) => tf.matMul(tf.eye(3), x), [3, 5]],
  ];
  test.each(fixed)('%s', async (name, op, dims) => {
    // There are no gradients of these, nor of a batched gather along another axis than the first unmatched one.
    const gradient = !['strided slice', 'mirror pad reflect', 'mirror pad symmetric', 'batched gather'].includes(name);
    await requireAgreement(op, [wave(dims)], { gradient });
  });

  test('gather, one-hot, segment sum and scatter with repeated indices', async () => {
    const ids = int([6], (i) => [0, 3, 3, 1, 0, 3][i]);
    await requireAgreement((x, i) => tf.gather(x, i), [wave([5, 4]), ids]);
    await requireAgreement((x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 5), [wave([6, 4]), ids]);
    await requireAgreement((i) => tf.oneHot(i, 3, 2, -1), [ids], { gradient: false });
    await requireAgreement((i) => tf.oneHot(tf.sub(i, tf.scalar(1, 'int32')), 4), [ids], { gradient: false });
    const scatter: Op = (x, i) => tf.scatterND(tf.reshape(i, [6, 1]), x, [5, 4]);
    await requireAgreement(scatter, [wave([6, 4]), ids], { gradient: false });
    const update: Op = (x, i) => tf.tensorScatterUpdate(tf.ones([5, 4]), tf.reshape(tf.slice(i, 0, 2), [2, 1]), x);
    await requireAgreement(update, [wave([2, 4]), ids], { gradient: false });
    await requireAgreement((x, i) => tf.gatherND(x, tf.reshape(i, [3, 2])), [wave([4, 4, 2]), ids], {
      gradient: false,
    });
  });

  test('fill, ones, range, linspace and scalars made inside a step', async () => {
    const op: Op = (x) =>
      tf.add(tf.mul(tf.fill([3, 4], 2), tf.range(0, 4)), tf.mul(tf.linspace(0, 1, 4), tf.add(x, tf.ones([3, 1]))));
    await requireAgreement(op, [wave([4])]);
  });
});

/** Merges neighbouring axes as the bits of `choice` say. */
function mergeAxes(dims: readonly number[], choice: number): number[] {
  const merged: number[] = [];
  dims.forEach((item, axis) => {
    if (axis > 0 && (choice >> axis) % 2 === 1) merged.push(merged.pop()! * item);
    else merged.push(item);
  });
  return merged;
}
