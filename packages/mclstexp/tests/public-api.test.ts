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
    imageSizePx: 224,
    augmentations: [
      { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 },
      { kind: 'horizontal-flip', probability: 0.5 },
      { kind: 'rotation', degrees: 180 },
    ],
    learningRate: 1e-4,
    weightDecay: 1e-3,
    batchSize: 128,
    epochs: 30,
    finetuneEpochs: 90,
    patience: 0,
    standardiseFeatures: true,
    chunkSize: 32,
    topK: 200,
    topKMaxFraction: 0.075,
    neighbourWeights: 'inverse-square-l1',
  });
});
