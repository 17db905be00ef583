/** A made-up cohort whose tiles and patches decide the expression, and fits on it. */
import { fittingRig } from '@spotbench/engine/testing';
import { method } from '../src/index.ts';

export const [N, G, D] = [60, 12, 10];

export const { data, query, answer, contextOf, fitAndPredict, score } = fittingRig({
  method,
  planted: { spots: N, features: D, genes: G, noise: 0.3, seed: 4, views: { tiles: 9 } },
  // Three steps an epoch: they have to be larger than for thousands of spots.
  options: { epochs: 20, batchSize: 32, learningRate: 5e-3, projectionWidth: 16, dropout: 0.1, topKMaxFraction: 0.1 },
});
