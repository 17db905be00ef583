import { add, div, mul, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { Optimiser, ParameterUpdate } from './optimiser.ts';

/** Options of Adam and AdamW; defaults are PyTorch's. */
export interface AdamOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8; added to the root of the corrected second moment. */
  readonly epsilon?: number;
  /** Default 0 for Adam, where it is L2 added to the gradient; 0.01 for AdamW, where it shrinks the parameter. */
  readonly weightDecay?: number;
}

/**
 * Adam with L2: g += wd p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps).
 *
 * Source: Kingma and Ba 2015, algorithm 1; torch.optim.Adam. The bias corrections are moved into the two scalars, as at
 * the end of the paper's section 2: one pass less over every parameter.
 */
export function adam(options: AdamOptions = {}): Optimiser {
  const { weightDecay = 0 } = options;
  return {
    name: `adam(${optionText(options, weightDecay)})`,
    moments: ['m', 'v'],
    scalars: (update, learningRate) => biasCorrections(options, update, learningRate),
    update(parameter, gradient, moments, scalars) {
      const regularised = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
      return adamStep(options, parameter, regularised, moments, scalars);
    },
  };
}

/**
 * AdamW: p *= 1 - lr wd, then Adam's update on the plain gradient.
 *
 * Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2; torch.optim.AdamW.
 */
export function adamW(options: AdamOptions = {}): Optimiser {
  const { weightDecay = 0.01 } = options;
  return {
    name: `adamw(${optionText(options, weightDecay)})`,
    moments: ['m', 'v'],
    scalars: (update, learningRate) => ({
      ...biasCorrections(options, update, learningRate),
      shrink: 1 - learningRate * weightDecay,
    }),
    update: (parameter, gradient, moments, scalars) =>
      adamStep(options, mul(parameter, scalars.shrink), gradient, moments, scalars),
  };
}

/** m / (sqrt(v) / c + eps) / (1 - b1^t) = m c / (1 - b1^t) / (sqrt(v) + eps c), with c = sqrt(1 - b2^t). */
function biasCorrections(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  update: number,
  learningRate: number,
) {
  const c = Math.sqrt(1 - beta2 ** update);
  return { stepSize: (learningRate * c) / (1 - beta1 ** update), epsilon: epsilon * c };
}

function adamStep(
  { beta1 = 0.9, beta2 = 0.999 }: AdamOptions,
  parameter: Tensor,
  gradient: Tensor,
  moments: TensorMap,
  scalars: TensorMap,
): ParameterUpdate {
  const m = add(mul(moments.m, beta1), mul(gradient, 1 - beta1));
  const v = add(mul(moments.v, beta2), mul(square(gradient), 1 - beta2));
  const moved = sub(parameter, mul(div(m, add(sqrt(v), scalars.epsilon)), scalars.stepSize));
  return { parameter: moved, moments: { m, v } };
}

function optionText({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions, weightDecay: number): string {
  return `beta1=${beta1}, beta2=${beta2}, epsilon=${epsilon}, weightDecay=${weightDecay}`;
}
