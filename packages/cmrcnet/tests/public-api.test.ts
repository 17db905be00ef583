import { expect, test } from 'vitest';
import * as api from '../src/index.ts';

test('the public surface', () => {
  expect(Object.keys(api).sort()).toEqual(['configSchema', 'imageEncoder', 'loss', 'method', 'spotEncoder']);
});

test('every default is spelt out', () => {
  expect(api.configSchema.parse({})).toEqual({
    projectionWidth: 256,
    temperature: 1,
    dropout: 0.1,
    spotTokens: 8,
    spotTokenDropout: 0.25,
    keptFraction: 0.5,
    queryHeads: 4,
    fusionHeads: 8,
    fusionPasses: 2,
    fusionHiddenRatio: 4,
    crossDropout: 0.25,
    imageSizePx: 224,
    vitPatchPx: 32,
    vitWidth: 768,
    vitDepth: 8,
    vitHeads: 8,
    augmentations: [
      { kind: 'horizontal-flip', probability: 0.5 },
      { kind: 'vertical-flip', probability: 0.5 },
      { kind: 'right-angle-rotation' },
      { kind: 'normalise', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    ],
    learningRate: 1e-4,
    finalLearningRate: 1e-5,
    weightDecay: 1e-3,
    batchSize: 64,
    epochs: 30,
    finetuneEpochs: 60,
    patience: 60,
    frozenTokenGrid: 3,
    standardiseFeatures: true,
    topK: 50,
    topKMaxFraction: 0.0273,
  });
});
