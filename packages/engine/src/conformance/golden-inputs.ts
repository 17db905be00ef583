import type { Batch } from '@spotbench/core';
import { zeros, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { HostArray } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import { u01 } from './golden-formula.ts';

/** An input of golden files: scale * u01(name). */
export function goldenFloats(name: string, shape: readonly number[], scale: number): HostArray {
  return { dtype: 'float32', shape, data: Float32Array.from(u01(name, sizeOf(shape)), (u) => scale * u) };
}

/** What every model's files give it: image = u01 [B, 3, S, S] and expression = 3 u01 [B, G]. */
export function goldenSpots({
  B,
  image: S,
  genes: G,
}: {
  readonly B: number;
  readonly image: number;
  readonly genes: number;
}) {
  return {
    image: goldenFloats('input.image', [B, 3, S, S], 1),
    expression: goldenFloats('input.expression', [B, G], 3),
  };
}

/** The batch of those inputs and the file's positions; 0, 0 for a model that reads none. */
export function goldenBatch(inputs: TensorMap): Batch {
  const expression = inputs.expression as Tensor2D;
  return {
    features: {},
    images: { patch: inputs.image as Tensor4D },
    expression,
    position: 'position' in inputs ? (inputs.position as Tensor2D) : zeros([expression.shape[0], 2], 'int32'),
    random: {},
  };
}

/** Learning rate and weight decay of an optimiser as files write it, e.g. `AdamW(lr=1e-5, weight_decay=1e-3)`. */
export function goldenOptimiser(text: string): { learningRate: number; weightDecay: number } {
  const [, learningRate, weightDecay] = /lr=([\d.e+-]+), weight_decay=([\d.e+-]+)/.exec(text)!;
  return { learningRate: Number(learningRate), weightDecay: Number(weightDecay) };
}
