/** A fitted mclSTExp saved, loaded, and exported as .onnx. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Batch, type Fitted } from '@spotbench/core';
import { createEngine, readSafetensors, type HostArray, type HostArrays } from '@spotbench/engine';
import { plantedSlides, runOnnx } from '@spotbench/engine/testing';
import { afterAll, expect, test } from 'vitest';
import { configSchema, imageEncoder, method, spotEncoder } from '../src/index.ts';

const [N, D, G, B, CHUNK] = [40, 10, 12, 7, 8];
const [first, second, held] = plantedSlides({ sections: 3, spots: N, features: D, genes: G, noise: 0.3, seed: 4 });
const { expression: answer, ...query } = held;
const config = configSchema.parse({
  epochs: 2,
  batchSize: 32,
  heads: 2,
  headWidth: 8,
  projectionWidth: 16,
  topKMaxFraction: 0.1,
  chunkSize: CHUNK,
});
const here = { engine: 'onnx', device: 'cpu', threads: 1 };

const folder = await mkdtemp(join(tmpdir(), 'spotbench-saved-'));
afterAll(() => rm(folder, { recursive: true }));
const fitted = await method.fit(
  { genes: answer.genes, train: [first, second], validation: [] },
  { ...here, config, regime: 'frozen', seed: 0, random: createRandom(0, 'saved') },
);
await fitted.save!(folder);
const load = (changes = {}): Promise<Fitted> => method.load!(folder, { ...here, ...changes });

test('a loaded method predicts the same bytes, and on another engine nearly the same', async () => {
  const expected = await fitted.predict(query);
  const loaded = await load();
  expect(await loaded.predict(query)).toEqual(expected);
  expect(loaded).toMatchObject({ parameterCount: fitted.parameterCount, selectedBy: fitted.selectedBy });
  const elsewhere = await (await load({ engine: 'tfjs', device: 'js' })).predict(query);
  // 1e-4 of values about 2: the same neighbours, their weights to float32 rounding.
  expected.forEach((value, i) => expect(Math.abs(elsewhere[i] - value)).toBeLessThan(1e-4));
});

test('exported files give what the engine gives', async () => {
  const out = join(folder, 'onnx');
  await (
    await load()
  ).exportOnnx!(out, { batchSize: B });
  const about = JSON.parse(await readFile(join(out, 'export.json'), 'utf8')) as object;
  expect(about).toMatchObject({
    method: 'mclstexp',
    opset: 20,
    models: {
      'image-encoder.onnx': {
        inputs: { patch: { dtype: 'float32', shape: [B, D] } },
        outputs: { embedding: { shape: [B, 16] } },
      },
      'spot-encoder.onnx': {
        inputs: { expression: { shape: [CHUNK, G] }, position: { dtype: 'int32', shape: [CHUNK, 2] } },
      },
    },
    genes: answer.genes,
  });

  const raw = query.features!.values.subarray(0, B * D);
  const image = await runOnnx(join(out, 'image-encoder.onnx'), { patch: floats([B, D], raw) });
  const { arrays } = await readSafetensors(join(folder, 'reference.safetensors'));
  const [mean, std] = ['mean', 'std'].map((part) => arrays[`features/patch/${part}`].data);
  const seen = raw.map((value, i) => (value - mean[i % D]) / std[i % D]);
  close(image.embedding, await forward(imageEncoder, { patch: floats([B, D], seen) }));

  const spots = {
    expression: floats([CHUNK, G], first.expression.values.subarray(0, CHUNK * G)),
    position: { dtype: 'int32', shape: [CHUNK, 2], data: positions() } as const,
  };
  const spot = await runOnnx(join(out, 'spot-encoder.onnx'), spots);
  close(spot.embedding, await forward(spotEncoder, spots));
  // The bank's first chunk is the same eight spots.
  close(spot.embedding, floats([CHUNK, 16], (arrays['keys/embeddings'].data as Float32Array).subarray(0, CHUNK * 16)));
});

test('refuses what is not its state', async () => {
  const other = await mkdtemp(join(folder, 'other-'));
  await expect(method.load!(other, here)).rejects.toMatchObject({ tag: 'missing-data' });
  await fitted.save!(other);
  const path = join(other, 'fitted.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"mclstexp"', '"hiscmcl"'));
  await expect(method.load!(other, here)).rejects.toThrow('needed the state of mclstexp 1.0.0, got that of hiscmcl');
  await writeFile(path, text.replace('"projectionWidth": 16', '"projectionWidth": 8'));
  await expect(method.load!(other, here)).rejects.toThrow('wrong shape: image_projection');
});

/** The engine's own forward pass of an encoder with the saved weights. */
async function forward(encoderOf: typeof imageEncoder, inputs: HostArrays): Promise<HostArray> {
  const { arrays: state } = await readSafetensors(join(folder, 'weights.safetensors'));
  const step = await (
    await createEngine()
  ).compile(
    (weights, { patch, ...rest }) => {
      const batch = { ...rest, features: { patch }, images: {}, random: {} } as unknown as Batch;
      const { embedding } = encoderOf(config).encode(weights, batch, 'eval');
      return { state: weights, outputs: { embedding } };
    },
    { state, inputs },
  );
  const { embedding } = await step.run(inputs);
  await step.dispose();
  return embedding;
}

/** atol 1e-5 on embeddings of about 1: constant weights are folded, so products are summed in another order. */
function close(got: HostArray, wanted: HostArray): void {
  expect(got.shape).toEqual(wanted.shape);
  got.data.forEach((value, i) => expect(Math.abs(value - wanted.data[i])).toBeLessThan(1e-5));
}

function floats(shape: readonly number[], data: Float32Array): HostArray {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function positions(): Int32Array {
  const { arrayX, arrayY } = first.spots;
  return Int32Array.from({ length: CHUNK * 2 }, (_, k) => (k % 2 === 0 ? arrayX : arrayY)[k >> 1]);
}
