import { expect, test } from 'vitest';
import * as api from '../src/index.ts';

test('the public surface', () => {
  expect(Object.keys(api).sort()).toEqual([
    'configSchema',
    'loss',
    'method',
    'paperConfigSchema',
    'paperMethod',
    'paperModel',
    'releasedModel',
  ]);
});

const shared = {
  backbone: 'densenet121',
  imageSizePx: 224,
  augmentations: [
    { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 },
    { kind: 'horizontal-flip', probability: 0.5 },
    { kind: 'rotation', degrees: 180 },
  ],
  projectionWidth: 256,
  heads: 16,
  headWidth: 128,
  layers: 2,
  temperature: 1,
  dropout: 0,
  learningRate: 1e-4,
  weightDecay: 1e-3,
  batchSize: 128,
  accumulate: 4,
  epochs: 30,
  finetuneEpochs: 100,
  patience: 0,
  standardiseFeatures: true,
  chunkSize: 32,
  topK: 200,
  topKMaxFraction: 0.075,
  neighbourWeights: 'inverse-square-l1',
};

test('every default is spelt out', () => {
  const released = { scales: [224, 672], scaleAttention: false, fusionDropout: 0.2 };
  expect(api.configSchema.parse({})).toEqual({ ...shared, ...released });
  expect(api.paperConfigSchema.parse({})).toEqual({ ...shared, attentionHeads: 8 });
});
