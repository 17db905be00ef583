/** A fitted CMRCNet saved, loaded, and exported as .onnx. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Batch, type Fitted } from '@spotbench/core';
import { createEngine, readSafetensors, type HostArray } from '@spotbench/engine';
import { plantedSlides, runOnnx } from '@spotbench/engine/testing';
import { afterAll, expect, test } from 'vitest';
import { configSchema, imageEncoder, method } from '../src/index.ts';

const [N, T, D, G, B] = [40, 4, 10, 12, 7];
const planted = { sections: 3, spots: N, features: D, genes: G, noise: 0.3, seed: 4, views: { tokens: T } };
const [first, second, held] = plantedSlides(planted);
const { expression: answer, ...query } = held;
const config = configSchema.parse({ epochs: 2, batchSize: 32, projectionWidth: 16, topK: 6, topKMaxFraction: null });
const here = { engine: 'onnx', device: 'cpu', threads: 1 };

const folder = await mkdtemp(join(tmpdir(), 'spotbench-saved-'));
afterAll(() => rm(folder, { recursive: true }));
const fitted = await method.fit(
  { genes: answer.genes, train: [first, second], validation: [] },
  { ...here, config, regime: 'frozen', seed: 0, random: createRandom(0, 'saved') },
);
await fitted.save!(folder);
const load = (): Promise<Fitted> => method.load!(folder, here);

test('a loaded method predicts the same bytes', async () => {
  const expected = await fitted.predict(query);
  const loaded = await load();
  expect(await loaded.predict(query)).toEqual(expected);
  expect(loaded).toMatchObject({ parameterCount: fitted.parameterCount, selectedBy: fitted.selectedBy });
});

test('the exported image encoder gives what the engine gives', async () => {
  const out = join(folder, 'onnx');
  await (
    await load()
  ).exportOnnx!(out, { batchSize: B });
  const about = JSON.parse(await readFile(join(out, 'export.json'), 'utf8')) as object;
  expect(about).toMatchObject({
    method: 'cmrcnet',
    models: {
      'image-encoder.onnx': { inputs: { tokens: { dtype: 'float32', shape: [B, T, D] } } },
      'spot-encoder.onnx': { inputs: { expression: { dtype: 'float32' } } },
    },
  });
  const raw = query.views!.tokens!.values.slice(0, B * T * D);
  const { embedding } = await runOnnx(join(out, 'image-encoder.onnx'), { tokens: floats(raw) });
  const expected = await forward(raw);
  expect(embedding.shape).toEqual([B, 16]);
  // atol 1e-5 on embeddings of about 1: constant weights are folded, so products are summed in another order.
  embedding.data.forEach((value, i) => expect(Math.abs(value - expected.data[i])).toBeLessThan(1e-5));
});

/** The engine's own embeddings of raw tokens with the saved weights. */
async function forward(raw: Float32Array): Promise<HostArray> {
  const { arrays: state } = await readSafetensors(join(folder, 'weights.safetensors'));
  const { arrays } = await readSafetensors(join(folder, 'reference.safetensors'));
  const [mean, std] = ['mean', 'std'].map((part) => arrays[`features/tokens/${part}`].data);
  const inputs = { tokens: floats(raw.map((value, i) => (value - mean[i % mean.length]) / std[i % mean.length])) };
  const step = await (
    await createEngine()
  ).compile(
    (weights, { tokens }) => {
      const batch = { features: { tokens }, images: {}, random: {} } as unknown as Batch;
      const { embedding } = imageEncoder(config, 'frozen').encode(weights, batch, 'eval');
      return { state: weights, outputs: { embedding } };
    },
    { state, inputs },
  );
  const { embedding } = await step.run(inputs);
  await step.dispose();
  return embedding;
}

function floats(data: Float32Array): HostArray {
  return { dtype: 'float32', shape: [B, T, D], data };
}
