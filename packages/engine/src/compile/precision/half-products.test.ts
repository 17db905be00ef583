import { conv2d, matMul, mul, reshape, sum, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createRandom } from '@spotbench/core';
import { openSession, toHost, toTensor } from '../../engines/onnx-session.ts';
import type { HostArray, HostArrays } from '../../host-array.ts';
import { sizeOf } from '../../host-shape.ts';
import type { StepFunction } from '../contract.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { traceStep } from '../trace.ts';
import { halfProducts } from './half-products.ts';

const random = createRandom(0, 'half');
function array(...shape: number[]): HostArray {
  return { dtype: 'float32', shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5) };
}

/** A convolution, two products that share an operand, and a sum. */
const step: StepFunction = (_state, { x, filter, a, b }) => {
  const map = reshape(conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same'), [2, 75]);
  const [left, right] = [matMul(map as Tensor2D, a as Tensor2D), matMul(map as Tensor2D, b as Tensor2D)];
  return { state: {}, outputs: { y: mul(left, right), total: sum(map) } };
};
const inputs = { x: array(2, 5, 5, 2), filter: array(3, 3, 2, 3), a: array(75, 4), b: array(75, 4) };

test.each([false, true])('a valid graph near the float32 one (imitate: %s)', async (imitate) => {
  const traced = traceStep(step, { state: {}, inputs });
  const names = new Map([...traced.outputs].map(([name, port]) => [name, port.name]));
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [traced.inputs.get(name)!, value]));
  const [full, half] = [await run(traced.model, feeds), await run(halfProducts(traced.model, { imitate }), feeds)];
  for (const name of names.values()) {
    const [a, b] = [full, half].map((arrays) => [...arrays[name].data]);
    if (imitate) expect(a).not.toEqual(b); // without, ONNX Runtime widens all of it on the CPU
    a.forEach((value, i) => expect(Math.abs(value - b[i])).toBeLessThan(4e-3)); // values up to 3, 2^-11 a rounding
  }
});

test('products read and give halves, nothing else does; a shared operand is cast once', () => {
  const { model } = traceStep(step, { state: {}, inputs });
  const { nodes, inputs: ports, outputs } = halfProducts(model);
  const halves = new Set(nodes.filter(({ op, attributes }) => op === 'Cast' && attributes.to === 10).map(outputOf));
  const products = nodes.filter(({ op }) => op === 'Conv' || op === 'MatMul');
  expect(products.map(({ op }) => op)).toEqual(['Conv', 'MatMul', 'MatMul']);
  products.forEach((node) => expect(node.inputs.every((input) => halves.has(input))).toBe(true));
  expect(halves.size).toBe(5); // x, filter; map, a, b
  const halfOutputs = new Set(products.map(outputOf));
  const readers = nodes.filter(({ inputs: read }) => read.some((name) => halves.has(name) || halfOutputs.has(name)));
  readers.forEach((node) => expect(products.includes(node) || node.op === 'Cast').toBe(true));
  expect([ports, outputs]).toEqual([model.inputs, model.outputs]);
});

const outputOf = (node: { outputs: readonly string[] }): string => node.outputs[0];

async function run(model: OnnxModel, arrays: HostArrays): Promise<HostArrays> {
  const session = await openSession(model, { executionProviders: ['cpu'] });
  const feeds = Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, toTensor(value)]));
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, toHost(tensor)]));
}
