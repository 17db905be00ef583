import { createEngine } from '@spotbench/engine';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { pooledTokens, poolingWeights } from './pooled-tokens.ts';

test('cells of 7 x 7 tokens on 3 x 3 overlap by a row, as PyTorch has them', () => {
  const weights = poolingWeights(7, 3);
  const cell = (k: number) =>
    [...weights.keys()].filter((at) => at % 9 === k && weights[at] > 0).map((at) => (at - k) / 9);
  expect(cell(0)).toEqual([0, 1, 2, 7, 8, 9, 14, 15, 16]);
  expect(cell(4)).toEqual([16, 17, 18, 23, 24, 25, 30, 31, 32]);
  expect(cell(8)).toEqual([32, 33, 34, 39, 40, 41, 46, 47, 48]);
  weights.filter((w) => w > 0).forEach((w) => expect(w).toBeCloseTo(1 / 9, 6));
});

test('averages each feature over its cell', async () => {
  const [B, D] = [2, 3];
  // Token t of spot b has feature d = 100 b + 10 t + d.
  const data = Float32Array.from({ length: B * 16 * D }, (_, at) => {
    return 100 * Math.floor(at / (16 * D)) + 10 * (Math.floor(at / D) % 16) + (at % D);
  });
  const inputs = { tokens: { dtype: 'float32', shape: [B, 16, D], data } } as const;
  const step = await (
    await createEngine()
  ).compile((state, { tokens }) => ({ state, outputs: { pooled: pooledTokens(tokens as Tensor3D, 2) } }), {
    state: {},
    inputs,
  });
  const { pooled } = await step.run(inputs);
  await step.dispose();
  expect(pooled.shape).toEqual([B, 4, D]);
  // Tokens 0, 1, 4, 5 of a 4 x 4 grid have mean 2.5; then 4.5, 10.5, 12.5.
  const means = [25, 45, 105, 125];
  const expected = [0, 100].flatMap((b) => means.flatMap((m) => [0, 1, 2].map((d) => b + m + d)));
  expected.forEach((value, i) => expect(pooled.data[i]).toBeCloseTo(value, 3));
});
