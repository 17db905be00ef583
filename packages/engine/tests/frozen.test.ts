/** Frozen encoders: pixels to network input, streaming, and the same features from a backbone and from its .onnx file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type ExtractedSquare, type SectionImage, type Spots } from '@spotbench/core';
import {
  createBackboneEncoder,
  createOnnxEncoder,
  createUntrainedEncoder,
  encodePatches,
  exportOnnx,
  imageNetPixels,
  initialise,
  pooledFeatures,
  resnet18,
  type ImageInput,
  type PatchNetwork,
} from '@spotbench/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countSessions } from '../src/conformance/checks/session-count.ts';
import { fillNetworkInput } from '../src/frozen/image-input.ts';
import { noisePng } from './noise-png.ts';

const SIDE = 120;
const input: ImageInput = { sizePx: 48, ...imageNetPixels };
let folder: string;
let image: SectionImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-frozen-'));
  image = { path: join(folder, 'section.png'), widthPx: SIDE, heightPx: SIDE };
  await writeFile(image.path, noisePng(SIDE));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const places = [10, 30, 60, 75, 119];
const spots: Spots = {
  ids: places.map((_, i) => `spot-${i}`),
  arrayX: Float32Array.from(places),
  arrayY: Float32Array.from(places),
  pixelX: Float32Array.from(places),
  pixelY: Float32Array.from(places, (x) => SIDE - 1 - x),
};

const near = (a: Float32Array, b: Float32Array): number => {
  const scale = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0) / scale;
};

test('pixels are scaled, normalised per colour, and laid out channels first', () => {
  const patches = Uint8Array.from([0, 51, 255, 255, 51, 0, 0, 0, 0, 255, 255, 255]); // [1, 2, 2, 3]
  const out = new Float32Array(12); // [1, 3, 2, 2]
  fillNetworkInput(patches, { sizePx: 2, mean: [0, 0.2, 0.5], std: [1, 0.1, 0.25] }, out);
  const expected = [0, 1, 0, 1, 0, 0, -2, 8, 2, -2, -2, 2];
  out.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
});

describe('encodePatches', () => {
  /** Patches of one pixel whose red is 1 more than the row; notes how many runs were under way together, and of what. */
  function recorder(fail?: number) {
    const seen = { running: 0, most: 0, runs: [] as number[][], cut: 0 };
    async function* patches(rows: readonly number[]): AsyncGenerator<ExtractedSquare> {
      for (const row of rows) {
        seen.cut++;
        yield await Promise.resolve({ row, pixels: Uint8Array.of(row + 1, 0, 0) });
      }
    }
    const network: PatchNetwork = {
      input: { sizePx: 1, mean: [0, 0, 0], std: [1 / 255, 1, 1] },
      width: 1,
      batchSize: 3,
      async run(images) {
        seen.most = Math.max(seen.most, ++seen.running);
        const reds = Float32Array.from([images[0], images[3], images[6]]);
        seen.runs.push(Array.from(reds, Math.round));
        await new Promise((resolve) => setTimeout(resolve, 1));
        seen.running--;
        if (seen.runs.length === fail) throw new Error('the network failed');
        return reds;
      },
      dispose: () => Promise.resolve(),
    };
    return { seen, patches, network };
  }

  test('puts features where they belong, fills a last batch up, runs one batch at a time, reports progress', async () => {
    const { seen, patches, network } = recorder();
    const progress: number[] = [];
    const features = await encodePatches(network, patches([6, 2, 4, 0, 5, 1, 3]), 7, (done) => progress.push(done));
    expect(Array.from(features, Math.round)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(seen.runs).toEqual([
      [7, 3, 5],
      [1, 6, 2],
      [4, 3, 5],
    ]);
    expect(seen.most).toBe(1);
    expect(progress).toEqual([3, 6, 7]);
  });

  test('a failure of the network ends it, and the cutting', async () => {
    const { seen, patches, network } = recorder(1);
    await expect(encodePatches(network, patches([...Array(30).keys()]), 30)).rejects.toThrow('the network failed');
    expect(seen.cut).toBe(6);
  });

  test('a failure of the cutting ends it when the network is at rest, so that it can be disposed of', async () => {
    const { seen, patches, network } = recorder();
    async function* broken(): AsyncGenerator<ExtractedSquare> {
      yield* patches([0, 1, 2, 3]);
      throw new Error('the image is damaged');
    }
    await expect(encodePatches(network, broken(), 30)).rejects.toThrow('the image is damaged');
    expect(seen.runs).toEqual([[1, 2, 3]]);
    expect(seen.running).toBe(0);
  });
});

describe('a backbone and its .onnx file', () => {
  const backbone = resnet18();
  const weights = initialise(backbone.parameters, createRandom(0));
  const encoder = createBackboneEncoder({
    name: 'own',
    version: '1',
    backbone,
    weights: () => weights,
    input,
    batchSize: 2,
  });
  const file = async (batch: number): Promise<string> => {
    const path = join(folder, `encoder-${batch}.onnx`);
    const images = { dtype: 'float32', shape: [batch, 3, 48, 48] } as const;
    await writeFile(path, exportOnnx(pooledFeatures(backbone), { state: weights, inputs: { images } }));
    return path;
  };
  afterAll(() => encoder.dispose());

  test('give the same features, whatever the batch', async () => {
    const own = await encoder.encode(image, spots);
    expect(own.length).toBe(5 * 512);
    const fromFile = await createOnnxEncoder({ name: 'file', version: '1', path: await file(3), input });
    expect(fromFile.featureNames.length).toBe(512);
    // float32 sums in the order of another batch size.
    expect(near(await fromFile.encode(image, spots), own)).toBeLessThan(1e-5);
    await fromFile.dispose();
    expect(near(await encoder.encode(image, spots), own)).toBe(0);
  });

  test('a file that was only looked into is closed as one that was used, once', async () => {
    const record = { name: 'file', version: '1', path: await file(3), input };
    const sessions = countSessions();
    try {
      const unused = await createOnnxEncoder(record);
      await unused.dispose();
      await unused.dispose();
      expect(sessions).toMatchObject({ opened: 1, released: 1 });
      const used = await createOnnxEncoder(record);
      await used.encode(image, spots);
      await used.dispose();
      expect(sessions).toMatchObject({ opened: 2, released: 2 });
    } finally {
      sessions.stop();
    }
  });

  test('a file that does not fit the record is refused with both shapes', async () => {
    const path = await file(1);
    const record = { name: 'file', version: '1', path, input };
    await expect(createOnnxEncoder({ ...record, input: { ...input, sizePx: 64 } })).rejects.toThrow(
      'needed a float32 input [B, 3, 64, 64], got images float32[1, 3, 48, 48]',
    );
    await expect(createOnnxEncoder({ ...record, outputName: 'logits' })).rejects.toThrow('"logits", got features');
    await expect(createOnnxEncoder({ ...record, path: join(folder, 'none.onnx') })).rejects.toMatchObject({
      tag: 'missing-data',
    });
    const noModel = join(folder, 'opens-and-exists.onnx');
    await writeFile(noModel, 'text');
    await expect(createOnnxEncoder({ ...record, path: noModel })).rejects.toMatchObject({ tag: 'bad-data' });
    await expect(createOnnxEncoder({ ...record, input: { ...input, std: [1, 0, 1] } })).rejects.toThrow('encoder file');
  });

  test('weights of another model and spots outside the image are refused', async () => {
    const rest = Object.fromEntries(Object.entries(weights).filter(([name]) => name !== 'conv1.weight'));
    const lacking = createBackboneEncoder({ name: 'lacking', version: '1', backbone, weights: () => rest, input });
    await expect(lacking.encode(image, spots)).rejects.toThrow('missing: conv1.weight');
    const outside = { ...spots, pixelX: spots.pixelX.with(2, 500) };
    await expect(encoder.encode(image, outside)).rejects.toThrow('spot spot-2 must lie inside');
  });
});

test('the untrained encoder depends on its seed, sees every spot differently, and uses every block', async () => {
  const [first, again, other] = [0, 0, 1].map((seed) => createUntrainedEncoder({ seed, sizePx: 32 }));
  const features = await first.encode(image, spots);
  expect(first.name).toBe('untrained-resnet18');
  expect(await again.encode(image, spots)).toEqual(features);
  expect(near(await other.encode(image, spots), features)).toBeGreaterThan(0.1);
  expect(near(features.subarray(0, 512), features.subarray(512, 1024))).toBeGreaterThan(0.01);

  const { parameters } = resnet18();
  const closed = createBackboneEncoder({
    name: 'closed',
    version: '1',
    backbone: resnet18(),
    weights: () => initialise(parameters, createRandom(0, 'untrained-encoder', 'resnet18')),
    input: { ...input, sizePx: 32 },
  });
  // The same weights but for the branches that start closed, as they do for training.
  expect(near(await closed.encode(image, spots), features)).toBeGreaterThan(0.1);
  await Promise.all([first, again, other, closed].map((encoder) => encoder.dispose()));
});
