import { getGradient, zeros } from '@tensorflow/tfjs-core';
import type { Correction } from './correction.ts';

/** Truth values are flat almost everywhere, and TensorFlow.js's `where` asks for the gradient of its condition. */
const FLAT_BINARY = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'];

/** Gradients of zeros, for kernels that TensorFlow.js has none for. */
export const flatGradients: readonly Correction[] = [
  ...FLAT_BINARY.map((kernelName) => flat(kernelName, ['a', 'b'])),
  flat('LogicalNot', ['x']),
].filter(({ kernelName }) => (getGradient(kernelName) as unknown) === undefined);

function flat(kernelName: string, inputs: string[]): Correction {
  return {
    kernelName,
    symptom: 'has no gradient, so where(a > b, ...) of a differentiated a throws',
    inputsToSave: inputs,
    gradFunc: (_, saved) => Object.fromEntries(inputs.map((name, index) => [name, () => zeros(saved[index].shape)])),
  };
}
