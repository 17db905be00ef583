import type { NamedTensors } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import type { ParameterSpecs } from '../layers/parameter.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import type { LossFunction } from '../training/loss-function.ts';

/**
 * How a file of golden numbers, computed by the authors' own model, is recomputed with a method's model. A method package
 * exports one as `golden` from conformance/golden.ts.
 */
export interface GoldenAdapter {
  /** The `method` of the files it understands, e.g. `mclSTExp`. */
  readonly method: string;
  /** The model of a file's `config`. @throws SpotbenchError `bad-config` naming the field it cannot follow. */
  model(config: Readonly<Record<string, unknown>>): GoldenModel;
}

/** The whole published model, image backbone included, ready to be computed on one batch. */
export interface GoldenModel {
  /**
   * Every parameter by the authors' state-dict name; filled by the golden formula. One that has no gradient in the file
   * (null) is here too, with `trainable: false`.
   */
  readonly parameters: ParameterSpecs;
  /** The state-dict key whose formula fills a parameter, where it is not the parameter's own name (shared modules). */
  readonly keyOf?: (name: string) => string;
  /** The batch, by the golden formula, and the masks that stand for random numbers. */
  readonly inputs: HostArrays;
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /**
   * The file's forward values by their names in it, whatever mode each was computed in. A value whose name ends in `_probe`
   * is given as the array it is a probe of, under the name without `_probe`. A file may hold the leading corner of an array
   * (its first rows or tokens): the whole array is given, or just that corner.
   */
  forward(parameters: NamedTensors, inputs: TensorMap): Readonly<Record<string, Tensor>>;
  /** Loss, its terms by the file's names, and new running statistics, in training mode. */
  readonly loss: LossFunction;
}
