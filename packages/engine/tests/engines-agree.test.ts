import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createEngine, engineNames, probeEngine, type EngineChoice, type HostArrays } from '@spotbench/engine';
import type { StepFunction, StepSpec, TensorMap } from '@spotbench/engine';
import { float, wave } from './compile-agreement.ts';
import { hasSwiftshader } from './swiftshader.ts';

/**
 * Relative difference of a loss from the reference's after up to 10 updates: the worst seen is 3e-7. 1e-5 leaves room
 * for other drivers and for CUDA without TF32.
 */
const TOLERANCE = 1e-5;
const STEPS = 10;

type Model = (params: TensorMap, inputs: TensorMap) => tf.Tensor;

/** Layer norm, GELU and softmax attention between two dense layers. */
const dense: Model = ({ w1, w2 }, { x, y }) => {
  const h = tf.matMul(x, w1);
  const centred = tf.sub(h, tf.mean(h, -1, true));
  const normal = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)));
  const active = tf.mul(tf.mul(normal, 0.5), tf.add(tf.erf(tf.mul(normal, Math.SQRT1_2)), 1));
  const mixed = tf.matMul(tf.softmax(tf.matMul(active, active, false, true)), active);
  return tf.mean(tf.square(tf.sub(tf.matMul(mixed, w2), y)));
};

/** A strided convolution, batch statistics, ReLU, max pooling and a mean. */
const convolutional: Model = ({ w1, w2 }, { x, y }) => {
  const h = tf.conv2d(x as tf.Tensor4D, w1 as tf.Tensor4D, 2, 1);
  const centred = tf.sub(h, tf.mean(h, [0, 1, 2]));
  const normal = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), [0, 1, 2]), 1e-5)));
  const pooled = tf.mean(tf.maxPool(tf.relu(normal) as tf.Tensor4D, 3, 2, 1), [1, 2]);
  return tf.mean(tf.square(tf.sub(tf.matMul(pooled, w2), y)));
};

/** One step of Adam (0.9, 0.999) at 1e-2; the bias corrections of step t are inputs. */
const trainingStep =
  (model: Model): StepFunction =>
  (state, inputs) => {
    const names = ['w1', 'w2'];
    const loss = (w1: tf.Tensor, w2: tf.Tensor) => model({ w1, w2 }, inputs) as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => state[name]));
    const next = names.flatMap((name, index) => {
      const m = tf.add(tf.mul(state[`m/${name}`], 0.9), tf.mul(grads[index], 0.1));
      const v = tf.add(tf.mul(state[`v/${name}`], 0.999), tf.mul(tf.square(grads[index]), 0.001));
      const step = tf.div(tf.div(m, inputs.c1), tf.add(tf.sqrt(tf.div(v, inputs.c2)), 1e-8));
      return [
        [name, tf.sub(state[name], tf.mul(step, 1e-2))],
        [`m/${name}`, m],
        [`v/${name}`, v],
      ] as const;
    });
    return { state: Object.fromEntries(next), outputs: { loss: value } };
  };

function stateOf(w1: number[], w2: number[]): HostArrays {
  const small = (shape: number[], seed: number) => float(shape, (i) => 0.3 * wave(shape, seed).data[i]);
  const zeros = (shape: number[]) => float(shape, () => 0);
  return {
    w1: small(w1, 1),
    w2: small(w2, 2),
    'm/w1': zeros(w1),
    'm/w2': zeros(w2),
    'v/w1': zeros(w1),
    'v/w2': zeros(w2),
  };
}

const scalar = (value: number) => float([], () => value);
const corrections = (t: number): HostArrays => ({ c1: scalar(1 - 0.9 ** t), c2: scalar(1 - 0.999 ** t) });

const trainings = {
  dense: { model: dense, state: stateOf([6, 8], [8, 3]), data: { x: wave([7, 6], 3), y: wave([7, 3], 4) } },
  convolutional: {
    model: convolutional,
    state: stateOf([3, 3, 2, 5], [5, 3]),
    data: { x: wave([4, 9, 9, 2], 3), y: wave([4, 3], 4) },
  },
};
type Training = keyof typeof trainings;

async function losses(choice: EngineChoice, training: Training): Promise<number[]> {
  const { model, state, data } = trainings[training];
  const spec: StepSpec = { state, inputs: { ...data, ...corrections(1) } };
  const compiled = await (await createEngine(choice)).compile(trainingStep(model), spec);
  const result: number[] = [];
  for (let t = 1; t <= STEPS; t++) result.push((await compiled.run({ ...data, ...corrections(t) })).loss.data[0]);
  await compiled.dispose();
  return result;
}

/** WebGPU is tried only on SwiftShader, libtensorflow in a test of its own: one process can start it once. */
const candidates = engineNames.filter(
  (key) => key !== 'tfjs/js' && !key.startsWith('tensorflow/') && (hasSwiftshader || !key.endsWith('/webgpu')),
);
const available = await Promise.all(
  candidates.map(async (key) => {
    const [name, device] = key.split('/') as [NonNullable<EngineChoice['name']>, string];
    const { ready, found } = await probeEngine(name, device);
    return { name, device, ready, notice: ready ? '' : ` (skipped: ${found.slice(0, 60)})` };
  }),
);

/** TensorFlow.js on WebAssembly has no gradient of a convolution's filter. */
const lacks = (name: string, device: string, training: Training): boolean =>
  training === 'convolutional' && name === 'tfjs' && device === 'wasm';

describe.each(Object.keys(trainings) as Training[])('the same %s training', (training) => {
  const engines = available.filter(({ name, device }) => !lacks(name, device, training));
  for (const { name, device, ready, notice } of engines) {
    test.skipIf(!ready)(`gives the reference's losses on ${name}/${device}${notice}`, async () => {
      const wanted = await losses({ name: 'tfjs', device: 'js' }, training);
      const got = await losses({ name, device }, training);
      expect(wanted[STEPS - 1]).toBeLessThan(wanted[0]);
      const worst = Math.max(...wanted.map((loss, t) => Math.abs(got[t] - loss) / loss));
      expect(worst).toBeLessThan(TOLERANCE);
    });
  }
});
