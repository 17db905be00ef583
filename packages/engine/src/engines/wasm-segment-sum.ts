import {
  cast,
  getKernel,
  matMul,
  oneHot,
  registerKernel,
  reshape,
  util,
  type Tensor,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
} from '@tensorflow/tfjs-core';

/**
 * Teaches the WebAssembly backend of TensorFlow.js the segment sum it lacks, which is the gradient of an embedding's rows:
 * y[s] = sum over k with ids[k] = s of x[k], as the product of one-hot rows [K, S]^T and x [K, D]. Costs S / K times what
 * adding rows would; position tables are small enough.
 */
export function registerWasmSegmentSum(): void {
  if (getKernel('UnsortedSegmentSum', 'wasm') !== undefined) return;
  registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, segmentIds } = inputs as unknown as Record<keyof UnsortedSegmentSumInputs, Tensor>;
      const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
      return segmentSum(x, segmentIds, numSegments);
    },
  });
}

/** x [K..., D...] to [S, D...]; ids [K...]. */
function segmentSum(x: Tensor, ids: Tensor, S: number): Tensor {
  const inner = x.shape.slice(ids.shape.length);
  const rows = reshape(x, [ids.size, util.sizeFromShape(inner)]); // [K, D]
  // The backend's one-hot writes integers, whatever type it is asked for.
  const marks = cast(oneHot(reshape(ids, [ids.size]), S), 'float32'); // [K, S]
  return reshape(matMul(marks, rows, true), [S, ...inner]);
}
