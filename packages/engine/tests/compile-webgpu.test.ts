import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createEngine, type Engine, type StepFunction } from '@spotbench/engine';
import { evaluate, float, int, requireClose, wave, type Op } from './compile-agreement.ts';
import { hasSwiftshader, swiftshaderNotice } from './swiftshader.ts';

describe.skipIf(!hasSwiftshader).each(['onnx', 'tfjs'] as const)(`%s/webgpu (${swiftshaderNotice})`, (name) => {
  const both = (): Promise<[Engine, Engine]> =>
    Promise.all([createEngine({ name, device: 'webgpu' }), createEngine({ name: 'tfjs', device: 'js' })]);

  const ops: [string, Op, ReturnType<typeof wave>[]][] = [
    ['dense layer with GELU', gelu, [wave([5, 6]), wave([6, 4], 2)]],
    ['attention', attention, [wave([2, 3, 5, 4]), wave([2, 3, 5, 4], 2), wave([2, 3, 5, 4], 3)]],
    ['layer norm', layerNorm, [wave([4, 7])]],
    [
      'convolution',
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1),
      [wave([2, 5, 5, 3]), wave([3, 3, 3, 4], 2)],
    ],
    [
      'strided convolution',
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 1),
      [wave([2, 6, 6, 2]), wave([3, 3, 2, 4], 2)],
    ],
    [
      'depthwise convolution',
      (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1),
      [wave([2, 5, 5, 3]), wave([3, 3, 3, 1], 2)],
    ],
    [
      'strided depthwise convolution',
      (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 1),
      [wave([2, 6, 6, 4]), wave([3, 3, 4, 1], 2)],
    ],
    ['average pooling', (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 0), [wave([2, 6, 6, 2])]],
    ['max pooling', (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1), [wave([2, 6, 6, 3])]],
    ['max pooling of ties', (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 0), [float([1, 4, 4, 2], () => 1)]],
    [
      'gather with repeats',
      (x, i) => tf.gather(x, tf.cast(i, 'int32')),
      [wave([5, 4]), int([4], (i) => [1, 3, 3, 0][i])],
    ],
  ];
  // TensorFlow.js's shader gives a tie to the last of its window; where ReLU made the tie, nothing passes anyway.
  const known = ops.filter(([op]) => name === 'onnx' || op !== 'max pooling of ties');
  test.each(known)('%s, values and gradients', async (_, op, args) => {
    const [webgpu, reference] = await both();
    const got = await evaluate(webgpu, op, args, true);
    const wanted = await evaluate(reference, op, args, true);
    // 1e-4: shader arithmetic may fuse and reorder, and its exp, erf and rsqrt are good to a few units in 1e-6.
    for (const [name, array] of Object.entries(wanted)) requireClose(name, got[name], array, 1e-4, 1e-4);
  });

  test('state stays on the device and reads back as on the reference', async () => {
    const step: StepFunction = ({ w, m, k }, { x }) => {
      const f = (weight: tf.Tensor) => tf.mean(tf.square(tf.relu(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D))));
      const { value, grad } = tf.valueAndGrad(f as (t: tf.Tensor) => tf.Scalar)(w);
      const moment = tf.add(tf.mul(m, 0.9), grad);
      return { state: { w: tf.sub(w, tf.mul(moment, 0.05)), m: moment, k }, outputs: { loss: value } };
    };
    const spec = {
      state: { w: wave([6, 4]), m: float([6, 4], () => 0), k: wave([2], 3) },
      inputs: { x: wave([5, 6], 4) },
    };
    const compiled = await Promise.all((await both()).map((engine) => engine.compile(step, spec)));
    for (let i = 0; i < 20; i++) {
      const [ours, reference] = await Promise.all(compiled.map((each) => each.run(spec.inputs)));
      expect(ours.loss.data[0]).toBeCloseTo(reference.loss.data[0], 4);
    }
    const [ours, reference] = await Promise.all(compiled.map((each) => each.readState()));
    for (const name of ['w', 'm', 'k']) requireClose(name, ours[name], reference[name], 1e-4, 1e-4);
    await compiled[0].writeState(spec.state);
    expect((await compiled[0].readState()).w.data).toEqual(spec.state.w.data);
    await Promise.all(compiled.map((each) => each.dispose()));
  });
});

function gelu(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const y = tf.matMul(x, w);
  return tf.mul(tf.mul(y, 0.5), tf.add(tf.erf(tf.mul(y, Math.SQRT1_2)), 1));
}

function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  return tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), 0.5)), v);
}

function layerNorm(x: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)));
}
