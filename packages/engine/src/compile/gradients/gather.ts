import {
  add,
  getGradient,
  range,
  reshape,
  unsortedSegmentSum,
  util,
  zerosLike,
  type GatherV2Attrs,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { Correction } from './correction.ts';

const { gradFunc: plain } = getGradient('GatherV2');

/** Reading at computed positions, batch by batch. */
export const gatherGradients: readonly Correction[] = [
  {
    kernelName: 'GatherV2',
    symptom: 'is wrong for more than one matched axis, and calls methods that may not be there for one',
    inputsToSave: ['x', 'indices'],
    gradFunc: (dy, saved, attrs) => {
      const [x, indices] = saved;
      const { axis, batchDims } = attrs as unknown as GatherV2Attrs;
      if (batchDims === 0) return plain(dy, saved, attrs);
      if (axis !== batchDims) {
        throw new Error(
          `gradient of gather: with ${batchDims} matched axes needs axis ${batchDims}, got ${axis}; transpose first`,
        );
      }
      return { x: () => batched(dy as Tensor, x, indices, axis), indices: () => zerosLike(indices) };
    },
  },
];

/** Every batch gets row numbers of its own, so that one segment sum adds dy up for all. */
function batched(dy: Tensor, x: Tensor, indices: Tensor, axis: number): Tensor {
  const batches = util.sizeFromShape(x.shape.slice(0, axis));
  const rows = x.shape[axis];
  const inner = x.shape.slice(axis + 1);
  const first = reshape(range(0, batches * rows, rows, 'int32'), [batches, 1]);
  const ids = reshape(add(reshape(indices, [batches, -1]), first), [-1]);
  const slopes = reshape(dy, [indices.size, ...inner]);
  return reshape(unsortedSegmentSum(slopes, ids as Tensor1D, batches * rows), x.shape);
}
