/** Layers by hand-sized known answers; whole models are checked against the authors' code in the method packages. */
import {
  matMul,
  onesLike,
  reshape,
  reverse,
  slice,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  zerosLike,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createRandom } from '@spotbench/core';
import {
  alphaDropout,
  createEngine,
  dropout,
  drawRandomInputs,
  embedding,
  gelu,
  layerNorm,
  linear,
  parameter,
  selfAttention,
  valueAndGradients,
} from '@spotbench/engine';
import type { TensorMap } from '@spotbench/engine';

await createEngine({ name: 'tfjs' }); // starts the backend that the tensors below live on

const numbers = (x: Tensor): number[] => [...x.dataSync()];

describe('linear', () => {
  const params = {
    'fc.weight': tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    'fc.bias': tensor1d([10, 20, 30]),
  }; // [3, 2]

  test('x W^T + b on the last axis of any rank', () => {
    const y = linear(params, 'fc', tensor3d([[[1, 1]], [[0, -1]]])); // [2, 1, 2]
    expect(y.shape).toEqual([2, 1, 3]);
    expect(numbers(y)).toEqual([13, 27, 41, 8, 16, 24]);
  });

  test('a wrong width and an unknown name are named', () => {
    expect(() => linear(params, 'fc', tensor2d([[1, 2, 3]]))).toThrow('fc: the input must be [..., 2], got [1, 3]');
    expect(() => parameter(params, 'fc.wieght')).toThrow(
      'unknown model parameter "fc.wieght"; did you mean "fc.weight"',
    );
  });
});

test('layerNorm: mean 0, biased variance 1, then weight and bias', () => {
  const params = { 'n.weight': tensor1d([1, 2]), 'n.bias': tensor1d([0, 5]) };
  expect(numbers(layerNorm(params, 'n', tensor2d([[1, 3]]), 0))).toEqual([-1, 7]);
  const [low] = numbers(layerNorm(params, 'n', tensor2d([[1, 3]]), 3)); // -1 / sqrt(1 + 3)
  expect(low).toBeCloseTo(-0.5, 6);
});

test('gelu is the exact form', () => {
  // torch.nn.functional.gelu(torch.tensor([-3., -1., 0., 0.5, 2.])) in torch 2.5.1
  const expected = [-0.0040496941, -0.1586552539, 0, 0.3457312306, 1.9544997361];
  numbers(gelu(tensor1d([-3, -1, 0, 0.5, 2]))).forEach((y, i) => expect(y).toBeCloseTo(expected[i], 6));
});

test('embedding: rows by index, and gradients added up where an index repeats', () => {
  const weight = tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const indices = tensor1d([2, 0, 2], 'int32');
  expect(numbers(embedding({ 'e.weight': weight }, 'e', indices))).toEqual([5, 6, 1, 2, 5, 6]);
  const { gradients } = valueAndGradients(
    () => ({ total: sum(embedding({ 'e.weight': weight }, 'e', indices)), terms: {} }),
    { weight },
  );
  expect(numbers(gradients.weight)).toEqual([1, 1, 0, 0, 2, 2]);
});

test('selfAttention: permuted tokens give permuted answers, and one token attends to itself', () => {
  const random = createRandom(1);
  const draw = (shape: number[]) =>
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
      shape,
    );
  const params: TensorMap = {
    'a.to_qkv.weight': draw([12, 3]),
    'a.to_out.0.weight': draw([3, 4]),
    'a.to_out.0.bias': draw([3]),
  };
  const heads = { heads: 2, headWidth: 2 };
  const x = draw([1, 4, 3]);
  const y = selfAttention(params, 'a', x, heads);
  const reversed = reverse(selfAttention(params, 'a', reverse(x, 1), heads), 1);
  numbers(reversed).forEach((value, i) => expect(value).toBeCloseTo(numbers(y)[i], 5));

  const alone = slice(x, [0, 0, 0], [1, 1, 3]);
  const lastThird = slice(params['a.to_qkv.weight'] as Tensor2D, [8, 0], [4, 3]); // v
  const values = matMul(reshape(alone, [1, 3]), lastThird, false, true);
  const expected = linear(params, 'a.to_out.0', values);
  numbers(selfAttention(params, 'a', alone, heads)).forEach((value, i) =>
    expect(value).toBeCloseTo(numbers(expected)[i], 5),
  );
});

describe('dropout on tensors', () => {
  const random = createRandom(5, 'masks');
  const declaration = { kind: 'bernoulli', keep: 0.75, shape: [200, 200] } as const;
  const { mask } = drawRandomInputs({ mask: declaration }, random, 3);
  const keep = tensor(mask.data as Float32Array, [200, 200]);

  test('masks are decided by name and step, not by the order of drawing', () => {
    const together = drawRandomInputs({ other: declaration, mask: declaration }, random, 3);
    expect(together.mask).toEqual(mask);
    expect(together.other).not.toEqual(mask);
    expect(drawRandomInputs({ mask: declaration }, random, 4).mask).not.toEqual(mask);
  });

  test.each([0.3, 0.9, 1])('a share of %d is kept, also between two 256ths', (share) => {
    const { many } = drawRandomInputs({ many: { kind: 'bernoulli', keep: share, shape: [1_000_000] } }, random, 0);
    const kept = (many.data as Float32Array).reduce((sum, value) => sum + value, 0) / 1_000_000;
    // Four standard errors; the nearest 256th is 0.0031 (of 0.3) and 0.0016 (of 0.9) away.
    expect(Math.abs(kept - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / 1_000_000));
  });

  test('kept elements are scaled so that the mean stays', () => {
    const y = numbers(dropout(onesLike(keep), { keep, rate: 0.25 }));
    expect([...new Set(y)].sort()).toEqual([0, expect.closeTo(4 / 3, 6)]);
    expect(Math.abs(meanOf(y) - 1)).toBeLessThan(0.012); // 40,000 draws: four standard errors
    expect(dropout(keep, undefined)).toBe(keep);
  });

  test('alpha dropout keeps mean 0 and variance 1', () => {
    const x = tensor(
      Float32Array.from({ length: 40_000 }, () => random.normal()),
      [200, 200],
    );
    const y = numbers(alphaDropout(x, { keep, rate: 0.25 }));
    expect(meanOf(y)).toBeCloseTo(0, 1);
    expect(meanOf(y.map((value) => value ** 2))).toBeCloseTo(1, 1);
    // torch.nn.functional.alpha_dropout(torch.zeros(9), 0.25, True) in torch 2.5.1 gives these two values and no others
    const zeros = [...new Set(numbers(alphaDropout(zerosLike(x), { keep, rate: 0.25 })))].sort((a, b) => a - b);
    zeros.forEach((value, i) => expect(value).toBeCloseTo([-1.1435441882, 0.3811813961][i], 5));
  });
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
