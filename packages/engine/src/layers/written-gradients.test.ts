import { createRandom } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createEngine } from '../engines/create-engine.ts';
import type { HostArray } from '../host-array.ts';
import { gradientError } from '../testing/gradient-check.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';

/** Central differences of h = 1e-3 in float32 err by about 1e-4 here; a gradient off by a tenth errs by 1e-2 and more. */
const TOLERANCE = 1e-3;
const random = createRandom(0, 'written gradients');
const normal = (shape: number[]): HostArray => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, () => 2 * random.normal()) };
};

const normalised = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
  layerNorm({ 'norm.weight': weight, 'norm.bias': bias }, 'norm', x);

test.each(['onnx', 'tfjs'] as const)('gradients written out agree with central differences (%s)', async (name) => {
  const engine = await createEngine({ name });
  expect(await gradientError(engine, gelu, [normal([3, 5])])).toBeLessThan(TOLERANCE);
  const args = [normal([2, 3, 7]), normal([7]), normal([7])];
  expect(await gradientError(engine, normalised, args)).toBeLessThan(TOLERANCE);
});
