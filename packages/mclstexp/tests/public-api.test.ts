import { expect, test } from 'vitest';
import * as api from '../src/index.ts';

test('the public surface', () => {
  expect(Object.keys(api).sort()).toEqual(['configSchema', 'imageEncoder', 'loss', 'method', 'spotEncoder']);
});

test('every default is spelt out', () => {
  expect(api.configSchema.parse({})).toEqual({
    projectionWidth: 256,
    heads: 8,
    headWidth: 64,
    layers: 2,
    temperature: 1,
    dropout: 0,
    learningRate: 1e-4,
    weightDecay: 1e-3,
    batchSize: 128,
    epochs: 30,
    patience: 0,
    standardiseFeatures: true,
    chunkSize: 32,
    topK: 200,
    topKMaxFraction: 0.075,
    neighbourWeights: 'inverse-square-l1',
  });
});
