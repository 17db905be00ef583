import { gather, grad, memory, mul, sum, tensor, unsortedSegmentSum, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { withBackend } from '../compile/backend-switch.ts';
import { tfjsJsEngine, tfjsWasmEngine } from './tfjs-engines.ts';

beforeAll(async () => {
  await tfjsJsEngine();
  await tfjsWasmEngine();
});

/** What a computation gives on a backend, everything it made freed. */
async function on(backend: string, work: () => Tensor): Promise<{ shape: number[]; values: number[] }> {
  const result = withBackend(backend, work);
  const values = [...(await result.data())];
  result.dispose();
  return { shape: result.shape, values };
}

const wave = (shape: number[]) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(Math.sin(i))),
    shape,
  );

test.each([
  ['rows', [6, 4], [6], [2, 0, 2, 4, 2, 0]],
  ['rows of a matrix each', [3, 2, 2], [3], [1, 1, 0]],
  ['no inner axis', [4], [4], [3, 3, 0, 3]],
])('sums %s by segment as the plain backend does; an empty segment is 0', async (_name, shape, idsShape, ids) => {
  const work = () => {
    const [x, segments] = [wave(shape), tensor(ids, idsShape as [number], 'int32')];
    const result = unsortedSegmentSum(x, segments as never, 5);
    [x, segments].forEach((made) => made.dispose());
    return result;
  };
  const [wasm, plain] = [await on('wasm', work), await on('cpu', work)];
  expect(wasm.shape).toEqual(plain.shape);
  wasm.values.forEach((value, i) => expect(value).toBeCloseTo(plain.values[i], 6));
});

test('so an embedding is trained there, and nothing is left behind', async () => {
  const gradient = () => {
    const ids = tensor([1, 3, 1], [3], 'int32');
    const weight = wave([5, 2]);
    const slope = grad((w: Tensor) => sum(mul(gather(w, ids), wave([3, 2]))))(weight);
    [ids, weight].forEach((made) => made.dispose());
    return slope;
  };
  const before = memory().numTensors;
  const [wasm, plain] = [await on('wasm', gradient), await on('cpu', gradient)];
  wasm.values.forEach((value, i) => expect(value).toBeCloseTo(plain.values[i], 6));
  expect(wasm.values.some((value) => value !== 0)).toBe(true);
  expect(memory().numTensors).toBe(before);
});
