/** Every view of a network's features against the same network shown the view's squares as patches. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, viewSquares, type FeatureView, type SectionImage, type Spots } from '@spotbench/core';
import {
  createBackboneEncoder,
  createOnnxEncoder,
  exportOnnx,
  imageNetPixels,
  initialise,
  pooledFeatures,
  resnet18,
  tokenFeatures,
  vit,
  type ImageInput,
  type NetworkEncoder,
} from '@spotbench/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noisePng } from './noise-png.ts';

const SIDE = 150;
const S = 48;
const input: ImageInput = { sizePx: S, ...imageNetPixels };
const backbone = resnet18();
const weights = initialise(backbone.parameters, createRandom(0));
const open: NetworkEncoder[] = [];
let folder: string;
let image: SectionImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-frozen-views-'));
  image = { path: join(folder, 'section.png'), widthPx: SIDE, heightPx: SIDE };
  await writeFile(image.path, noisePng(SIDE));
});
afterAll(async () => {
  await Promise.all(open.map((encoder) => encoder.dispose()));
  await rm(folder, { recursive: true, force: true });
});

const [x, y] = [Float32Array.of(40, 60, 80, 4), Float32Array.of(70, 70, 70, 145)];
const spots: Spots = { ids: ['a', 'b', 'c', 'edge'], arrayX: x, arrayY: y, pixelX: x, pixelY: y };

/** The network as an encoder whose patch is `fieldOfViewPx` wide and resized to `sizePx`. */
function shown(sizePx: number, fieldOfViewPx = sizePx): NetworkEncoder {
  const seen = { ...input, sizePx, fieldOfViewPx };
  const encoder = createBackboneEncoder({
    name: 'own',
    version: '1',
    backbone,
    weights: () => weights,
    input: seen,
    batchSize: 4,
  });
  open.push(encoder);
  return encoder;
}

async function fromFile(output: 'pooled' | 'tokens'): Promise<NetworkEncoder> {
  const path = join(folder, `${output}.onnx`);
  const step = output === 'tokens' ? tokenFeatures(backbone) : pooledFeatures(backbone);
  const images = { dtype: 'float32', shape: [3, 3, S, S] } as const;
  await writeFile(path, exportOnnx(step, { state: weights, inputs: { images } }));
  const encoder = await createOnnxEncoder({ name: 'my-net', version: '1', path, input });
  open.push(encoder);
  return encoder;
}

/** float32 sums in the order of another batch size. */
function expectNear(found: Float32Array, expected: Float32Array): void {
  expect(found.length).toBe(expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const off = found.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
  expect(off / scale).toBeLessThan(1e-5);
}

describe('a network of any image size', () => {
  const cases: [view: FeatureView, sizePx: number, shape: number[]][] = [
    ['patch', 48, [4, 1]],
    ['scale-96', 96, [4, 1]],
    ['tiles', 16, [4, 9]],
    ['neighbourhood', 48, [4, 1]],
    ['slide', 48, [1, 16]],
  ];
  test.each(cases)('sees the squares of %s at %i px', async (view, sizePx, shape) => {
    const found = await shown(S).encodeView(view, image, spots);
    const { sidePx, centres } = viewSquares(view, spots, S);
    const inside = centres.ids.map((_, i) => i).filter((i) => centres.pixelX[i] >= 0 && centres.pixelY[i] < SIDE);
    const [px, py] = [centres.pixelX, centres.pixelY].map((all) => Float32Array.from(inside, (i) => all[i]));
    const asPatches = { ids: inside.map(String), arrayX: px, arrayY: py, pixelX: px, pixelY: py };
    const expected = await shown(sizePx, sidePx).encode(image, asPatches);
    expect([found.rows, found.tokens, found.width, found.values.length / 512]).toEqual([
      ...shape,
      512,
      shape[0] * shape[1],
    ]);
    expect(inside.length).toBeGreaterThan(centres.ids.length / 2);
    expectNear(Float32Array.from(inside.flatMap((i) => [...found.values.subarray(i * 512, (i + 1) * 512)])), expected);
  });

  test('gives the pixels of its last map as tokens, whose mean is the patch', async () => {
    const encoder = shown(S);
    const { rows, tokens, values } = await encoder.encodeView('tokens', image, spots);
    expect([rows, tokens, values.length]).toEqual([4, 4, 4 * 4 * 512]); // 48 px: a map of 2 x 2
    const mean = Float32Array.from({ length: 4 * 512 }, (_, at) => {
      const [n, d] = [Math.floor(at / 512), at % 512];
      return [0, 1, 2, 3].reduce((sum, t) => sum + values[(n * 4 + t) * 512 + d], 0) / 4;
    });
    expectNear(mean, await encoder.encode(image, spots));
  });
});

describe('a network of one image size', () => {
  test('sees tiles and, without tokens, 7 x 7 cells enlarged to it', async () => {
    const encoder = await fromFile('pooled');
    for (const [view, cells] of [
      ['tiles', 9],
      ['tokens', 49],
    ] as const) {
      // prettier-ignore
      const found = await encoder.encodeView(view, image, spots);
      expect([found.rows, found.tokens, found.width]).toEqual([4, cells, 512]);
      const { sidePx, centres } = viewSquares(view, spots, S);
      const first = { ...centres, ids: centres.ids.slice(0, cells) };
      expectNear(found.values.subarray(0, cells * 512), await shown(S, sidePx).encode(image, first));
    }
  });

  test('refuses a scale, naming encoder, view and what to do', async () => {
    const encoder = await fromFile('pooled');
    await expect(encoder.encodeView('scale-96', image, spots)).rejects.toThrow(
      'encoder my-net: view scale-96 needs images of 96 x 96 px, its network takes 48 x 48 px only; choose an encoder of any',
    );
    expectNear((await encoder.encodeView('scale-48', image, spots)).values, await shown(S).encode(image, spots));
    const fixed = vit({ imagePx: 64, depth: 1, width: 24, heads: 2 });
    const transformer = createBackboneEncoder({
      name: 'transformer',
      version: '1',
      backbone: fixed,
      weights: () => initialise(fixed.parameters, createRandom(0)),
      input: { ...input, sizePx: 64 },
    });
    open.push(transformer);
    await expect(transformer.encodeView('scale-96', image, spots)).rejects.toMatchObject({ tag: 'unsupported' });
    const { tokens } = await transformer.encodeView('tokens', image, spots);
    expect(tokens).toBe(5); // 2 x 2 patches and the class token
  });

  test('gives the tokens of a file that has them, and their mean as the patch', async () => {
    const [encoder, own] = [await fromFile('tokens'), shown(S)];
    const found = await encoder.encodeView('tokens', image, spots);
    expect([found.rows, found.tokens, found.width]).toEqual([4, 4, 512]);
    expectNear(found.values, (await own.encodeView('tokens', image, spots)).values);
    expectNear(await encoder.encode(image, spots), await own.encode(image, spots));
  });
});
