import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { HostArray, HostArrays } from '../host-array.ts';
import { writeSafetensors } from '../state/weights-file.ts';
import { withPretrained } from './pretrained.ts';

const folder = await mkdtemp(join(tmpdir(), 'spotbench-pretrained-'));
afterAll(() => rm(folder, { recursive: true }));

const array = (shape: readonly number[], value: number): HostArray => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});
const model: HostArrays = {
  'encoder.net.conv.weight': array([2, 3], 0),
  'encoder.net.norm.running_mean': array([2], 0),
  'head.weight': array([4], 0),
};
const weights: HostArrays = {
  'features.conv.weight': array([2, 3], 5),
  'features.norm.running_mean': array([2], 6),
  'classifier.weight': array([10, 2], 7),
};

async function start(arrays: HostArrays, prefix = 'encoder.net.') {
  const path = join(folder, 'net.safetensors');
  await writeSafetensors(path, arrays);
  return withPretrained(model, [{ weights: 'net', prefix }], { net: { path, prefix: 'features.' } });
}

test('takes the backbone and leaves the rest; the classifier is not missed', async () => {
  const parameters = await start(weights);
  expect(Object.values(parameters).map(({ data }) => data[0])).toEqual([5, 6, 0]);
  expect(Object.keys(parameters)).toEqual(Object.keys(model));
});

test('refuses another network, naming what differs', async () => {
  const { 'features.conv.weight': conv, ...rest } = weights;
  await expect(start(rest)).rejects.toThrow('missing: encoder.net.conv.weight');
  await expect(start({ ...rest, 'features.conv.weight': array([3, 2], 1) })).rejects.toThrow(
    'wrong shape: encoder.net.conv.weight is [3, 2], needed [2, 3]',
  );
  await expect(start({ ...weights, 'features.extra': conv })).rejects.toThrow('unexpected: encoder.net.extra');
  await expect(start({ ...weights, 'other.weight': conv })).rejects.toThrow('unexpected: other.weight');
  await expect(start(weights, 'other.')).rejects.toThrow('the model has no parameter "other...."');
  await expect(withPretrained(model, [{ weights: 'net', prefix: 'encoder.net.' }], {})).rejects.toMatchObject({
    tag: 'unknown-name',
  });
});
