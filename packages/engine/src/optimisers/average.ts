import { add, mul } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';

/**
 * Exponential moving average of parameters: a = decay a + (1 - decay) p, for every name of `average`.
 *
 * Source: Polyak and Juditsky 1992 for averaging iterates; this form as torch.optim.swa_utils.get_ema_multi_avg_fn.
 */
export function movingAverage(average: TensorMap, parameters: TensorMap, decay: number): TensorMap {
  return Object.fromEntries(
    Object.entries(average).map(([name, value]) => [name, add(mul(value, decay), mul(parameters[name], 1 - decay))]),
  );
}
