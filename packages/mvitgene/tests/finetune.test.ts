/** Both networks trained end to end, on small images and for one epoch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, openPatchStore, writePatchStore, type TrainingSlide } from '@spotbench/core';
import { readSafetensors } from '@spotbench/engine';
import { plantedSlides } from '@spotbench/engine/conformance';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { method } from '../src/index.ts';
import { contextOf } from './planted.ts';

const [N, G, IMAGE_PX] = [16, 6, 32];
const folder = await mkdtemp(join(tmpdir(), 'spotbench-mvitgene-'));
const planted = plantedSlides({ sections: 2, spots: N, features: 2, genes: G, noise: 0.1, seed: 3 });
const patchStore = await noiseStore(planted);
const [train, query] = planted.map(({ id, patient, spots, expression, patches }) => {
  return { id, patient, spots, expression, patches, patchStore };
});
afterAll(async () => {
  await patchStore.close();
  await rm(folder, { recursive: true });
});

/** Patches of sections whose images are noise. */
async function noiseStore(slides: readonly TrainingSlide[]) {
  const side = 700;
  const drawn = slides.map(async ({ id, spots }) => {
    const random = createRandom(0, id);
    const pixels = Uint8Array.from({ length: side * side * 3 }, () => Math.floor(256 * random.uniform()));
    const path = join(folder, `${id}.png`);
    await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path);
    return { id, spots, image: { path, widthPx: side, heightPx: side } };
  });
  const views = [{ name: 'patch', sizePx: IMAGE_PX }];
  await writePatchStore(join(folder, 'store'), { slides: await Promise.all(drawn), views });
  return openPatchStore(join(folder, 'store'));
}

test('trains ResNet-50 on tiles and MobileViT-S on patches, saves and predicts', { timeout: 300_000 }, async () => {
  const config = { imageSizePx: IMAGE_PX, batchSize: 8, epochs: 1, topKMaxFraction: 0.25 };
  const fitted = await method.fit(
    { genes: train.expression.genes, train: [train], validation: [] },
    contextOf(config, { regime: 'finetune' }),
  );
  const predicted = await fitted.predict(query);
  expect(predicted).toHaveLength(N * G);
  expect(predicted.every(Number.isFinite)).toBe(true);

  await fitted.save!(join(folder, 'fitted'));
  const { arrays } = await readSafetensors(join(folder, 'fitted', 'weights.safetensors'));
  expect(arrays['image_encoder.model.layer4.2.conv3.weight'].shape).toEqual([2048, 512, 1, 1]);
  expect(arrays['image_projection.projection.weight'].shape).toEqual([16, 2048]);
  expect(arrays['vit_projection.0.weight'].shape).toEqual([640]);
  // Running statistics start at 0 and 1: both networks were trained with the batch's.
  for (const name of ['image_encoder.model.bn1.running_mean', 'vit_encoder.final_conv.bn.running_mean']) {
    expect(
      arrays[name].data.some((value) => value !== 0),
      name,
    ).toBe(true);
  }
  const loaded = await method.load!(join(folder, 'fitted'), { engine: 'onnx', device: 'cpu' });
  expect(await loaded.predict(query)).toEqual(predicted);
  await Promise.all([fitted.dispose!(), loaded.dispose!()]);
});
