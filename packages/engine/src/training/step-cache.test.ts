import { add, sum } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { StepFunction } from '../compile/contract.ts';
import { createEngine } from '../engines/create-engine.ts';
import type { HostArray } from '../host-array.ts';
import { StepCache } from './step-cache.ts';

/** Adds up everything it is shown. */
const adder: StepFunction = ({ total }, { x }) => {
  const next = add(total, sum(x));
  return { state: { total: next }, outputs: { total: next } };
};
const vector = (...values: number[]): HostArray => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const zero: HostArray = { dtype: 'float32', shape: [], data: Float32Array.of(0) };

test.each(['tfjs', 'onnx'] as const)('%s: one state, whatever the shapes', async (name) => {
  const steps = new StepCache(await createEngine({ name }), adder, { total: zero });
  const totals: number[] = [];
  for (const x of [vector(1, 2), vector(3, 4, 5), vector(6, 7), vector(8, 9, 10), vector(0, 0)]) {
    totals.push((await steps.run({ x })).total.data[0]);
  }
  expect(totals).toEqual([3, 15, 28, 55, 55]);
  await steps.writeState({ total: { ...zero, data: Float32Array.of(100) } });
  expect((await steps.readState()).total.data[0]).toBe(100);
  expect((await steps.run({ x: vector(1, 1) })).total.data[0]).toBe(102);
  await steps.dispose();
});
