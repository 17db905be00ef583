/**
 * Registers TensorFlow.js's gradients, and corrects those that are wrong, missing or refused without need, so that eager
 * and compiled steps agree with central differences. `@tensorflow/tfjs-core` publishes its gradients only as ES modules
 * that Node cannot load (its package is CommonJS); the Node build of `@tensorflow/tfjs` contains them and shares
 * tfjs-core's registry. Each correction is a record: what TensorFlow.js 4.22 does, and what is done instead.
 */
import '@tensorflow/tfjs';
import { registerGradient } from '@tensorflow/tfjs-core';
import { broadcastGradients } from './broadcast.ts';
import { convolutionGradients } from './convolution.ts';
import type { Correction } from './correction.ts';
import { flatGradients } from './flat.ts';
import { gatherGradients } from './gather.ts';
import { imageGradients } from './image.ts';
import { reductionGradients } from './reduction.ts';
import { refusedGradients } from './refused.ts';

const corrections: readonly Correction[] = [
  ...flatGradients,
  ...broadcastGradients,
  ...convolutionGradients,
  ...imageGradients,
  ...reductionGradients,
  ...gatherGradients,
  ...refusedGradients,
];

for (const { kernelName, inputsToSave, outputsToSave, gradFunc } of corrections) {
  registerGradient({ kernelName, inputsToSave, outputsToSave, gradFunc });
}
