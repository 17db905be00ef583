import type { Scalar } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';

/** A scalar to minimise, its named parts, and new values of parameters that the optimiser does not touch. */
export interface LossValue {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
  /** E.g. running statistics of batch norm, by parameter name. */
  readonly updates?: TensorMap;
}

/** The loss of one batch as a pure function of the model's parameters and the batch's arrays. */
export type LossFunction = (parameters: TensorMap, inputs: TensorMap) => LossValue;
