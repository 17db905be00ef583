import { matMul, mul, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { StepFunction } from '../compile/contract.ts';
import type { Precision } from '../compile/precision/precision.ts';
import type { HostArray } from '../host-array.ts';
import { createEngine, type EngineChoice } from './create-engine.ts';
import { requireMixedOnWebgpu } from './mixed-precision.ts';

const row = (...values: number[]): HostArray => ({
  dtype: 'float32',
  shape: [1, values.length],
  data: Float32Array.from(values),
});
const inputs = { a: row(300, 0.1), b: row(300, 0.1) };
const third = { a: row(1 / 3, 0.1), b: row(1, 0) };

/** a b^T, and a * 1.0001, which is no product of matrices. */
const step: StepFunction = (_state, { a, b }) => ({
  state: {},
  outputs: { product: matMul(a as Tensor2D, b as Tensor2D, false, true), other: mul(a, 1.0001) },
});

async function run(choice: EngineChoice, precision: Precision, arrays = inputs): Promise<number[]> {
  const compiled = await (await createEngine(choice)).compile(step, { state: {}, inputs: arrays, precision });
  const { product, other } = await compiled.run(arrays);
  await compiled.dispose();
  return [product.data[0], ...other.data];
}

test('mixed: products have the range and the steps of float16, all else those of float32', async () => {
  const other = [Math.fround(300 * Math.fround(1.0001)), Math.fround(Math.fround(0.1) * Math.fround(1.0001))];
  expect(await run({}, 'float32')).toEqual([expect.closeTo(90_000.01, 2), ...other]);
  expect(await run({ imitateMixed: true }, 'mixed')).toEqual([Infinity, ...other]); // 90,000 > 65,504
  expect((await run({ imitateMixed: true }, 'mixed', third))[0]).toBe(1365 * 2 ** -12); // 1/3 on 11 bits
});

test('is refused with the reason where a device does not gain', async () => {
  await expect(run({}, 'mixed')).rejects.toMatchObject({
    tag: 'unsupported',
    message: expect.stringContaining('engine onnx/cpu: mixed precision needs a GPU') as string,
  });
  await expect(run({ name: 'tfjs' }, 'mixed')).rejects.toThrow('engine tfjs/js: mixed precision needs an engine that');
  const adapter = (...features: string[]) => Promise.resolve({ features: new Set(features) });
  await expect(requireMixedOnWebgpu(() => adapter('timestamp-query'))).rejects.toThrow('this GPU has it not');
  await expect(requireMixedOnWebgpu(() => Promise.resolve(null))).rejects.toThrow('found no GPU');
  await expect(requireMixedOnWebgpu(() => adapter('shader-f16'))).resolves.toBeUndefined();
});
