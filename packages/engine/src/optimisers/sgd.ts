import { add, mul, sub } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { Optimiser } from './optimiser.ts';

/** Options of SGD; all default to 0, as in PyTorch. */
export interface SgdOptions {
  readonly momentum?: number;
  /** L2 added to the gradient. */
  readonly weightDecay?: number;
}

/**
 * g += wd p; b = momentum b + g; p -= lr b. Without momentum b is g and nothing is kept.
 *
 * Source: torch.optim.SGD with dampening 0 and nesterov off (Sutskever et al. 2013 scale b differently; see its notes).
 */
export function sgd({ momentum = 0, weightDecay = 0 }: SgdOptions = {}): Optimiser {
  return {
    name: `sgd(momentum=${momentum}, weightDecay=${weightDecay})`,
    moments: momentum === 0 ? [] : ['b'],
    scalars: (_update, learningRate) => ({ learningRate }),
    update(parameter, gradient, moments, scalars) {
      const regularised = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
      const direction = momentum === 0 ? regularised : add(mul(moments.b, momentum), regularised);
      const kept: TensorMap = momentum === 0 ? {} : { b: direction };
      return { parameter: sub(parameter, mul(direction, scalars.learningRate)), moments: kept };
    },
  };
}
