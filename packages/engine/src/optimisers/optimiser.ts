import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';

/** Numbers that change from step to step, by name; they are inputs of the step, so that one graph serves all steps. */
export type StepScalars = Readonly<Record<string, number>>;

/** What an optimiser makes of one parameter. */
export interface ParameterUpdate {
  readonly parameter: Tensor;
  readonly moments: TensorMap;
}

/**
 * An optimiser as a pure update rule for one parameter, usable inside a traced step: state in, state out. Moments start
 * at zero and have the parameter's shape.
 */
export interface Optimiser {
  /** Name and options, for the run record and to refuse a checkpoint of another optimiser. */
  readonly name: string;
  /** Names of the moments kept for each parameter. */
  readonly moments: readonly string[];
  /** Learning rate and bias corrections of update number `update` (from 1), computed in float64 on the host. */
  scalars(update: number, learningRate: number): StepScalars;
  /** One update; `scalars` holds the tensors of the names that `scalars()` gave. */
  update(parameter: Tensor, gradient: Tensor, moments: TensorMap, scalars: TensorMap): ParameterUpdate;
}
