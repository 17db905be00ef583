/** A fitted MViTGene saved, loaded, and exported as .onnx. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fitted } from '@spotbench/core';
import { readSafetensors, type HostArray } from '@spotbench/engine';
import { runOnnx } from '@spotbench/engine/testing';
import { afterAll, expect, test } from 'vitest';
import { method } from '../src/index.ts';
import { answer, contextOf, D, data, G, query } from './planted.ts';

const [B, P, TILES] = [7, 16, 9];
const here = { engine: 'onnx', device: 'cpu', threads: 1 };

const folder = await mkdtemp(join(tmpdir(), 'spotbench-saved-'));
afterAll(() => rm(folder, { recursive: true }));
const fitted = await method.fit(data, contextOf({ epochs: 2 }));
await fitted.save!(folder);
const load = (changes = {}): Promise<Fitted> => method.load!(folder, { ...here, ...changes });

test('a loaded method predicts the same bytes, and on another engine nearly the same', async () => {
  const expected = await fitted.predict(query);
  const loaded = await load();
  expect(await loaded.predict(query)).toEqual(expected);
  expect(loaded).toMatchObject({ parameterCount: fitted.parameterCount, selectedBy: fitted.selectedBy });
  const elsewhere = await (await load({ engine: 'tfjs', device: 'js' })).predict(query);
  // 1e-4 of values about 2: means over the same neighbours.
  expected.forEach((value, i) => expect(Math.abs(elsewhere[i] - value)).toBeLessThan(1e-4));
});

test('weights under the published names; no image network in the frozen regime', async () => {
  const { arrays } = await readSafetensors(join(folder, 'weights.safetensors'));
  const shapes = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
  expect(shapes).toMatchObject({
    'image_projection.projection.weight': [P, D],
    'spot_projection.projection.weight': [P, G],
    'vit_projection.0.weight': [D],
    'vit_projection.1.weight': [P, D],
    'pred_head.0.weight': [256, P],
    'pred_head.6.weight': [G, 128],
  });
  expect(Object.keys(shapes).filter((name) => /encoder/.test(name))).toEqual([]);
  expect(Object.values(arrays).reduce((sum, { data: { length } }) => sum + length, 0)).toBe(fitted.parameterCount);
});

test('exported files read the tiles alone, and give the keys of the bank', async () => {
  const out = join(folder, 'onnx');
  await (
    await load()
  ).exportOnnx!(out, { batchSize: B });
  const about = JSON.parse(await readFile(join(out, 'export.json'), 'utf8')) as { models: Record<string, object> };
  expect(about).toMatchObject({ method: 'mvitgene', genes: answer.genes });
  expect(about.models['image-encoder.onnx']).toEqual({
    inputs: { tiles: { dtype: 'float32', shape: [B, TILES, D] } },
    outputs: { embedding: { dtype: 'float32', shape: [B, P] } },
  });

  const tiles = query.views!.tiles!.values.subarray(0, B * TILES * D);
  const { embedding } = await runOnnx(join(out, 'image-encoder.onnx'), { tiles: floats([B, TILES, D], tiles) });
  const { arrays } = await readSafetensors(join(folder, 'reference.safetensors'));
  const keys = arrays['keys/embeddings'].data as Float32Array;
  const predicted = await fitted.predict(query);
  for (let b = 0; b < B; b++) {
    const found = nearestMean(embedding.data.subarray(b * P, (b + 1) * P) as Float32Array, keys);
    // atol 1e-4 of values about 2: the same neighbours.
    found.forEach((value, g) => expect(Math.abs(value - predicted[b * G + g])).toBeLessThan(1e-4));
  }

  const expression = data.train[0].expression.values;
  const spots = await runOnnx(join(out, 'spot-encoder.onnx'), {
    expression: floats([128, G], padded(expression, 128 * G)),
  });
  // atol 1e-5 on embeddings of length 1: products are summed in another order.
  spots.embedding.data.subarray(0, 40 * P).forEach((value, i) => expect(Math.abs(value - keys[i])).toBeLessThan(1e-5));
});

/** Mean training expression of the 12 keys nearest to an embedding; embeddings and keys have length 1. [G] */
function nearestMean(embedding: Float32Array, keys: Float32Array): number[] {
  const expression = data.train.flatMap((slide) => [...slide.expression.values]);
  const similarity = Array.from({ length: keys.length / P }, (_, key) =>
    embedding.reduce((sum, value, i) => sum + value * keys[key * P + i], 0),
  );
  const nearest = similarity.map((_, key) => key).sort((a, b) => similarity[b] - similarity[a]).slice(0, 12); // prettier-ignore
  return Array.from({ length: G }, (_, g) => nearest.reduce((sum, key) => sum + expression[key * G + g] / 12, 0));
}

function floats(shape: readonly number[], values: Float32Array): HostArray {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}

function padded(values: Float32Array, size: number): Float32Array {
  const all = new Float32Array(size);
  all.set(values.subarray(0, size));
  return all;
}
