import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as api from '../src/index.ts';

test('the public surface', () => {
  expect(Object.keys(api).sort()).toEqual(['configSchema', 'imageEncoder', 'loss', 'method', 'spotEncoder']);
});

test('every default is spelt out', () => {
  expect(api.configSchema.parse({})).toEqual({
    projectionWidth: 256,
    predictionWidths: [256, 128],
    dropout: 0.55,
    temperature: 0.3,
    sigma: 0.2,
    lossWeights: { hard: 1, soft: 1, vit: 1, mse: 1, pearson: 1 },
    queries: 'tiles',
    imageSizePx: 224,
    augmentations: [
      { kind: 'horizontal-flip', probability: 0.5 },
      { kind: 'vertical-flip', probability: 0.5 },
      { kind: 'right-angle-rotation' },
      { kind: 'colour-jitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
      { kind: 'gaussian-blur', probability: 0.3, radius: [0.5, 1.5] },
      { kind: 'gaussian-noise', sigma: 10 },
    ],
    learningRate: 1e-3,
    finalLearningRate: 1e-6,
    weightDecay: 1e-2,
    batchSize: 128,
    epochs: 30,
    patience: 30,
    standardiseFeatures: true,
    topK: 50,
    topKMaxFraction: 0.075,
  });
});

test('the plan reads the same views from package.json', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { spotbench } = JSON.parse(text) as { spotbench: { views: string[] } };
  expect(spotbench.views).toEqual(api.method.views);
});
