import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createEngine, exportOnnx, type CompiledStep, type HostArrays, type StepFunction } from '@spotbench/engine';
import { residentBytes } from '../src/conformance/checks/resident-memory.ts';
import { float, wave } from './compile-agreement.ts';

/** A small network with every kind of state: it changes (w, m), or stays (k). */
const step: StepFunction = ({ w, m, k }, { x }) => {
  const loss = (weight: tf.Tensor) => tf.mean(tf.square(tf.relu(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D))));
  const { value, grad } = valueAndGrad(loss, w);
  const moment = tf.add(tf.mul(m, 0.9), grad);
  return { state: { w: tf.sub(w, tf.mul(moment, 0.01)), m: moment, k }, outputs: { loss: value, twice: value } };
};

function valueAndGrad(loss: (weight: tf.Tensor) => tf.Tensor, w: tf.Tensor) {
  const { value, grad } = tf.valueAndGrad(loss as (x: tf.Tensor) => tf.Scalar)(w);
  return { value, grad };
}

const state = { w: wave([6, 4]), m: float([6, 4], () => 0), k: wave([2], 3) };
const inputs = { x: wave([5, 6], 4) };
const onnx = () => createEngine({ threads: 1 });
const choices = [{ name: 'onnx' }, { name: 'tfjs', device: 'js' }, { name: 'tfjs', device: 'wasm' }] as const;

async function repeat(compiled: CompiledStep, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await compiled.run(inputs);
}

describe.each(choices)('$name $device', (choice) => {
  test('leaves no tensor behind over 200 steps and a disposal', async () => {
    const engine = await createEngine(choice);
    await (await engine.compile(step, { state, inputs })).dispose();
    const before = tf.memory().numTensors;
    const compiled = await engine.compile(step, { state, inputs });
    await repeat(compiled, 1);
    const during = tf.memory().numTensors;
    await repeat(compiled, 199);
    expect(tf.memory().numTensors).toBe(during);
    await compiled.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('state read, written back and read again is the same, and a copy', async () => {
    const compiled = await (await createEngine(choice)).compile(step, { state, inputs });
    await repeat(compiled, 3);
    const saved = await compiled.readState();
    const first = await compiled.run(inputs);
    const after = await compiled.readState();
    expect(after.w.data).not.toEqual(saved.w.data);
    expect(after.k.data).toEqual(state.k.data);
    await compiled.writeState(saved);
    expect((await compiled.readState()).w.data).toEqual(saved.w.data);
    expect((await compiled.run(inputs)).loss.data).toEqual(first.loss.data);
    expect((await compiled.readState()).w.data).toEqual(after.w.data);
    await compiled.dispose();
  });

  test('refuses inputs and state of another name, shape or type', async () => {
    const compiled = await (await createEngine(choice)).compile(step, { state, inputs });
    await expect(compiled.run({})).rejects.toThrow("input 'x': needed float32[5, 6], got nothing");
    await expect(compiled.run({ ...inputs, y: inputs.x })).rejects.toThrow('got unknown [y]');
    await expect(compiled.run({ x: wave([6, 5]) })).rejects.toThrow('needed float32[5, 6], got float32[6, 5]');
    await expect(compiled.writeState({ ...state, w: wave([4, 6]) })).rejects.toThrow("state 'w'");
    await compiled.dispose();
  });
});

test('a tensor left behind in each step is counted', async () => {
  const leaking: StepFunction = (present, given) => {
    tf.keep(tf.scalar(1));
    return step(present, given);
  };
  const compiled = await (await createEngine({ name: 'tfjs', device: 'js' })).compile(leaking, { state, inputs });
  await repeat(compiled, 1);
  const before = tf.memory().numTensors;
  await repeat(compiled, 10);
  expect(tf.memory().numTensors - before).toBe(10);
  await compiled.dispose();
});

describe('resident memory over 1,000 compiled steps', () => {
  // A state of two arrays of 128 kB and an output of 128 kB: leaking any of them once a step adds 128 MB, native or not.
  const wide = { w: wave([256, 128]), m: float([256, 128], () => 0), k: wave([2], 3) };
  const rows = { x: wave([5, 256], 4) };
  const echo: StepFunction = (present, given) => {
    const { state: next, outputs } = step(present, given);
    return { state: next, outputs: { ...outputs, w: tf.mul(present.w, 2) } };
  };
  /** A third of the leak of one array: the process itself takes up a little more. */
  const BOUND = 40 * 2 ** 20;

  async function growth(onOutputs: (outputs: HostArrays) => void): Promise<number> {
    const compiled = await (await onnx()).compile(echo, { state: wide, inputs: rows });
    for (let i = 0; i < 300; i++) await compiled.run(rows);
    const before = residentBytes();
    for (let i = 0; i < 1000; i++) onOutputs(await compiled.run(rows));
    const grown = residentBytes() - before;
    await compiled.dispose();
    return grown;
  }

  test('does not grow', async () => {
    expect(await growth(() => undefined)).toBeLessThan(BOUND);
  });

  test('grows past the bound when one output a step is kept', async () => {
    const kept: HostArrays[] = [];
    expect(await growth((outputs) => kept.push(outputs))).toBeGreaterThan(BOUND);
    expect(kept).toHaveLength(1000);
  });
});

describe('errors while compiling', () => {
  const compile = async (body: StepFunction) => (await onnx()).compile(body, { state: {}, inputs });
  const output = (y: tf.Tensor) => ({ state: {}, outputs: { y } });

  test('wrong shapes name the op and the line of the model', async () => {
    const wrong: StepFunction = (_, { x }) => output(tf.matMul(x, tf.ones([4, 2])));
    await expect(compile(wrong)).rejects.toThrow(
      /BatchMatMul of a float32\[5, 6\], b float32\[4, 2\].*compile-contract\.test\.ts:\d+/s,
    );
  });

  test('an op that has no lowering is named with its line', async () => {
    const strange: StepFunction = (_, { x }) => output(tf.spectral.rfft(x));
    await expect(compile(strange)).rejects.toThrow(
      /compile: .*(Complex|FFT|complex).*compile-contract\.test\.ts:\d+/is,
    );
    const unknown: StepFunction = (_, { x }) =>
      output(tf.image.resizeNearestNeighbor(tf.reshape<tf.Rank.R4>(x, [1, 5, 6, 1]), [2, 2]));
    await expect(compile(unknown)).rejects.toThrow(
      /ResizeNearestNeighbor of images float32\[1, 5, 6, 1\].*test\.ts:\d+/s,
    );
  });

  test('reading a tensor inside a step names the op that made it', async () => {
    const reading: StepFunction = (_, { x }) => output(tf.scalar(tf.sum(x).dataSync()[0]));
    await expect(compile(reading)).rejects.toThrow(/Sum: its result \[\] has no numbers.*compile-contract/s);
  });

  test('a step must give back the state it was given', async () => {
    const engine = await onnx();
    const compileState = (body: StepFunction) => engine.compile(body, { state, inputs });
    await expect(compileState(({ w, m }) => ({ state: { w, m }, outputs: {} }))).rejects.toThrow('missing [k]');
    const grown: StepFunction = (s) => ({ state: { ...s, k: tf.concat([s.k, s.k]) }, outputs: {} });
    await expect(compileState(grown)).rejects.toThrow("state 'k' must stay float32[2], the step returned float32[4]");
  });
});

describe('constant state', () => {
  const forward: StepFunction = ({ w }, { x }) => ({
    state: {},
    outputs: { y: tf.relu(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)) },
  });
  const spec = { state: { w: state.w }, inputs, constantState: true };

  test('gives the same on every engine and refuses to be written', async () => {
    const results = await Promise.all(
      choices.map(async (choice) => {
        const compiled = await (await createEngine(choice)).compile(forward, spec);
        const { y } = await compiled.run(inputs);
        await expect(compiled.writeState(spec.state)).rejects.toThrow('constants');
        await compiled.dispose();
        return [...y.data];
      }),
    );
    for (const other of results.slice(1)) other.forEach((value, i) => expect(value).toBeCloseTo(results[0][i], 5));
  });

  test('is exported as a file that runs by itself', async () => {
    const session = await InferenceSession.create(exportOnnx(forward, spec));
    expect([session.inputNames, session.outputNames]).toEqual([['x'], ['y']]);
    const { y } = await session.run({ x: new Tensor('float32', inputs.x.data as Float32Array, [5, 6]) });
    const compiled = await (await onnx()).compile(forward, spec);
    expect([...(y.data as Float32Array)]).toEqual([...(await compiled.run(inputs)).y.data]);
    await compiled.dispose();
    await session.release();
    expect(() => exportOnnx(({ w }) => ({ state: {}, outputs: { x: w } }), spec)).toThrow("got 'x' twice");
  });
});
