import type { ContrastiveMethod, FitContext } from '@spotbench/core';
import { expect, test } from 'vitest';
import { retrievalPredictor } from '../retrieval/retrieval-predictor.ts';
import { plantedSlides } from '../testing/index.ts';
import { fitContrastive, type FitPlan } from './fit.ts';

test('more neighbours than training spots is refused before anything is made for training', async () => {
  const [train] = plantedSlides({ sections: 1, spots: 9, features: 3, genes: 2, noise: 0, seed: 0 });
  const touched = (): never => {
    throw new Error('training began');
  };
  const encoder = { parameters: touched, encode: touched };
  const predictor = (topK: number) => retrievalPredictor({ topK, maxFraction: null, weights: 'mean' });
  const plan = (topK: number): FitPlan => ({
    name: 'test',
    views: ['patch'],
    images: undefined,
    model: {
      imageEncoder: encoder,
      spotEncoder: encoder,
      loss: { compute: touched },
      predictor: predictor(topK),
    } satisfies ContrastiveMethod,
    training: { batchSize: 4, standardiseFeatures: false } as FitPlan['training'],
    engine: { name: 'none', device: 'none', compile: touched },
    context: {} as FitContext,
  });
  const data = { train: [train], validation: [], genes: ['A', 'B'] };
  await expect(fitContrastive(plan(10), data)).rejects.toThrow('needed at least 10 training spots');
  await expect(fitContrastive(plan(9), data)).rejects.toThrow('training began');
});
