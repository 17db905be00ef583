import { add, matMul, mul, sub, sum, transpose, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { HostArray } from '../host-array.ts';
import { onnxCpuEngine } from '../engines/onnx-cpu-engine.ts';
import type { StepFunction } from './contract.ts';
import { overwritable } from './overwritable.ts';
import { traceStep } from './trace.ts';

const SIZE = 64;
const matrix = (value: number): HostArray => ({
  dtype: 'float32',
  shape: [SIZE, SIZE],
  data: new Float32Array(SIZE * SIZE).fill(value),
});
const spec = (...names: string[]) => ({
  state: Object.fromEntries(names.map((name) => [name, matrix(1)])),
  inputs: {},
});

const names = (step: StepFunction, ...state: string[]) => [...overwritable(traceStep(step, spec(...state)))];

test('a moving average may be overwritten, though its result is read on', () => {
  const step: StepFunction = ({ m, w }) => {
    const next = add(mul(m, 0.9), mul(w, 0.1));
    return { state: { m: next, w: sub(w, next) }, outputs: { total: sum(next) } };
  };
  expect(names(step, 'm', 'w')).toEqual(['m']);
});

test('what something else still reads may not', () => {
  const weight: StepFunction = ({ w }) => ({
    state: { w: sub(mul(w, 0.9), 1) },
    outputs: { y: matMul(w as Tensor2D, w as Tensor2D) },
  });
  expect(names(weight, 'w')).toEqual([]);
});

test('what is read by the node that writes may not', () => {
  expect(names(({ w }) => ({ state: { w: transpose(w) }, outputs: {} }), 'w')).toEqual([]);
  expect(names(({ a, b }) => ({ state: { a: b, b: a }, outputs: {} }), 'a', 'b')).toEqual([]);
});

test('entries that change places and averages beside them come out right', async () => {
  const step: StepFunction = ({ a, b, m }) => ({
    state: { a: b, b: mul(a, 2), m: add(mul(m, 0.5), mul(a, 0.5)) },
    outputs: {},
  });
  const state = { a: matrix(1), b: matrix(3), m: matrix(5) };
  const compiled = await onnxCpuEngine().compile(step, { state, inputs: {} });
  for (let i = 0; i < 3; i++) await compiled.run({});
  const after = await compiled.readState();
  await compiled.dispose();
  // a: 1, 3, 2, 6; b: 3, 2, 6, 4; m: 5, 3, 3, 2.5
  expect(Object.entries(after).map(([name, { data }]) => [name, data[0], data.at(-1)])).toEqual([
    ['a', 6, 6],
    ['b', 4, 4],
    ['m', 2.5, 2.5],
  ]);
});
