/** Short names for the initialisers of the contract, equal in distribution to PyTorch's. */
import type { Initialiser } from '@spotbench/core';
import { fanIn } from './fan.ts';

/** PyTorch's bias of layer and batch norm. */
export const zeros: Initialiser = { kind: 'constant', value: 0 };

/** PyTorch's weight of layer and batch norm. */
export const ones: Initialiser = { kind: 'constant', value: 1 };

/** N(0, 1): PyTorch's default for `torch.nn.Embedding`. */
export const standardNormal: Initialiser = { kind: 'normal', std: 1 };

/**
 * PyTorch's default for linear and convolution weights: `kaiming_uniform_(a = sqrt(5))`, which comes to uniform in
 * ±1 / sqrt(fan_in): gain sqrt(2 / (1 + 5)), bound gain * sqrt(3 / fan_in).
 *
 * Source: torch.nn.Linear.reset_parameters, torch.nn.modules.conv._ConvNd.reset_parameters (torch 2.5).
 */
export const kaimingUniform: Initialiser = { kind: 'kaiming-uniform' };

/** Normal with std sqrt(2 / fan_out): `kaiming_normal_(mode='fan_out', nonlinearity='relu')`, for convolutions. */
export const kaimingNormalFanOut: Initialiser = { kind: 'kaiming-normal-fan-out' };

/** PyTorch's default for the bias beside a weight of `weightShape`: uniform in ±1 / sqrt(fan_in of the weight). */
export function biasUniform(weightShape: readonly number[]): Initialiser {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn(weightShape)) };
}

/** Normal(0, std) within [-2, 2], as `torch.nn.init.trunc_normal_`. */
export function truncatedNormal(std: number): Initialiser {
  return { kind: 'truncated-normal', std };
}
