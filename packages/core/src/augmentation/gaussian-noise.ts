import { createRandom } from '../random/random.ts';
import type { PatchFunction } from './operation.ts';

/**
 * value + e, e normal with standard deviation `sigma` (of 255) and independent for every value, clipped to [0, 255] and cut
 * (not rounded) to 8 bits, as MViTGene's `dataset.py` does with NumPy before it makes a PIL image again.
 */
export const gaussianNoise =
  (sigma: number, seed: number): PatchFunction =>
  (source, target) => {
    const random = createRandom(seed, 'gaussian-noise');
    for (let i = 0; i < target.length; i++) target[i] = Math.min(255, Math.max(0, source[i] + sigma * random.normal()));
  };
