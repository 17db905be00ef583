import type { GradConfig } from '@tensorflow/tfjs-core';

/** A gradient that replaces TensorFlow.js's own. */
export interface Correction extends Omit<GradConfig, 'saveAllInputs'> {
  /** What TensorFlow.js 4.22 does without it. */
  readonly symptom: string;
}
