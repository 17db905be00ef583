/**
 * Registers TensorFlow.js's gradients. `@tensorflow/tfjs-core` publishes them only as ES modules that Node cannot load
 * (its package is CommonJS); the Node build of `@tensorflow/tfjs` contains them and shares tfjs-core's registry.
 */
import '@tensorflow/tfjs';
import { getGradient, registerGradient, zeros, type GradFunc } from '@tensorflow/tfjs-core';

/** Truth values are flat almost everywhere, and TensorFlow.js's `where` asks for the gradient of its condition. */
const FLAT_BINARY = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'];

for (const kernelName of FLAT_BINARY) registerFlat(kernelName, ['a', 'b']);
registerFlat('LogicalNot', ['x']);

/** A gradient of zeros with respect to every input. */
function registerFlat(kernelName: string, inputs: string[]): void {
  if (getGradient(kernelName) !== undefined) return;
  const gradFunc: GradFunc = (_, saved) =>
    Object.fromEntries(inputs.map((name, index) => [name, () => zeros(saved[index].shape)]));
  registerGradient({ kernelName, inputsToSave: inputs, gradFunc });
}
