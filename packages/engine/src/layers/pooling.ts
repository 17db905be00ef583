import { avgPool, maxPool, mean, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';

/** Window, step and padding of a pooling layer, in pixels. */
export interface PoolOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly pad?: number;
}

/**
 * Largest value of each window; the padding never wins. x [B, h, w, C] gives [B, h', w', C] with
 * h' = floor((h + 2 pad - kernel) / stride) + 1.
 *
 * Source: torch.nn.MaxPool2d.
 */
export function maxPool2d(x: Tensor4D, { kernel, stride, pad = 0 }: PoolOptions): Tensor4D {
  return maxPool(x, kernel, stride, pad);
}

/** Mean of each window, without padding. x [B, h, w, C] gives [B, h', w', C]. Source: torch.nn.AvgPool2d. */
export function averagePool2d(x: Tensor4D, { kernel, stride }: Omit<PoolOptions, 'pad'>): Tensor4D {
  return avgPool(x, kernel, stride, 0);
}

/** Mean over all pixels. x [B, h, w, C] gives [B, C]. Source: torch.nn.AdaptiveAvgPool2d(1). */
export function globalAveragePool(x: Tensor4D): Tensor2D {
  return mean(x, [1, 2]);
}
