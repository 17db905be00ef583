import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createEngine, type HostArrays, type StepFunction } from '@spotbench/engine';

/** Logistic-like regression of y on x with Adam arithmetic. */
const step: StepFunction = (state, inputs) => {
  const loss = (w: tf.Tensor, b: tf.Tensor) =>
    tf.mean(tf.square(tf.sub(tf.add(tf.matMul(inputs.x as tf.Tensor2D, w as tf.Tensor2D), b), inputs.y)));
  const { value, grads } = tf.valueAndGrads(loss)([state.w, state.b]);
  const next = (name: string, grad: tf.Tensor) => tf.sub(state[name], tf.mul(grad, 0.1));
  return { state: { w: next('w', grads[0]), b: next('b', grads[1]), n: state.n }, outputs: { loss: value } };
};

const array = (shape: number[], f: (i: number) => number) => ({
  dtype: 'float32' as const,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i)),
});

const state: HostArrays = {
  w: array([3, 2], (i) => Math.sin(i)),
  b: array([2], () => 0),
  n: array([], () => 7),
};
const inputs: HostArrays = { x: array([5, 3], (i) => Math.cos(i)), y: array([5, 2], (i) => i % 3) };

test('a step gives the same losses and state compiled and eager', async () => {
  const runs = await Promise.all(
    [
      { name: 'onnx' },
      { name: 'onnx', lowMemory: true },
      { name: 'tfjs', device: 'js' },
      { name: 'tfjs', device: 'wasm' },
    ].map(async (choice) => {
      const engine = await createEngine(choice as never);
      const compiled = await engine.compile(step, { state, inputs });
      const losses: number[] = [];
      for (let i = 0; i < 20; i++) losses.push((await compiled.run(inputs)).loss.data[0]);
      const end = await compiled.readState();
      await compiled.dispose();
      return { losses, w: [...end.w.data], n: [...end.n.data] };
    }),
  );
  expect(runs[0].losses[19]).toBeLessThan(runs[0].losses[0]);
  for (const run of runs.slice(1)) {
    for (const [i, loss] of run.losses.entries()) expect(runs[0].losses[i]).toBeCloseTo(loss, 5);
    for (const [i, w] of run.w.entries()) expect(runs[0].w[i]).toBeCloseTo(w, 5);
    expect(run.n).toEqual([7]);
  }
});
