import { createEngine, type Backbone } from '@spotbench/engine';
import type { NamedTensors } from '@spotbench/core';
import { add, scalar, zeros, type Rank, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { encodeInTurn, sharedBackbone } from './backbone.ts';

// Tensors outside a compiled step need a backend.
beforeAll(() => createEngine({ name: 'tfjs', device: 'js' }));

/** Counts its training passes in a running statistic. */
const counting: Backbone = {
  name: 'counting',
  width: 1,
  smallestPx: 1,
  parameters: { seen: { shape: [], init: { kind: 'constant', value: 0 }, trainable: false } },
  forward: ({ seen }, _images, mode) => ({
    tokens: zeros<Rank.R3>([1, 1, 1]),
    pooled: zeros<Rank.R2>([1, 1]),
    updates: updatesOf(seen, mode),
  }),
};

function updatesOf(seen: Tensor, mode: 'train' | 'eval'): NamedTensors {
  return mode === 'train' ? { seen: add(seen, 1) } : {};
}

test('running statistics move once for each image, and not in evaluation mode', () => {
  const images = [zeros([1, 3, 2, 2]), zeros([1, 3, 4, 4]), zeros([1, 3, 8, 8])];
  const parameters = { seen: scalar(0) };
  const trained = encodeInTurn(counting, parameters, images, 'train');
  expect(trained.outputs).toHaveLength(3);
  expect(trained.updates.seen.arraySync()).toBe(3);
  expect(encodeInTurn(counting, parameters, images, 'eval').updates).toEqual({});
});

test('backbones by the names that published weights have', () => {
  const names = (backbone: 'densenet121' | 'resnet50') => Object.keys(sharedBackbone({ backbone }).parameters);
  expect(names('densenet121')).toContain('image_encoder.base_encoder.0.denseblock1.denselayer1.norm1.weight');
  expect(names('resnet50')).toContain('image_encoder.base_encoder.layer1.0.conv1.weight');
});
