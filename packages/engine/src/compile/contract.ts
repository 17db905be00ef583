import type { Tensor } from '@tensorflow/tfjs-core';
import type { Precision } from './precision/precision.ts';
import type { ArraySpec, HostArrays } from '../host-array.ts';

/** Tensors by name. Parameters carry PyTorch state-dict names. */
export type TensorMap = Readonly<Record<string, Tensor>>;

/**
 * One step written once, in plain TensorFlow.js ops: a forward pass, or forward, gradients and optimiser update.
 * It must be a pure function of its arguments: random numbers (dropout masks, augmentation) are inputs.
 */
export type StepFunction = (state: TensorMap, inputs: TensorMap) => { state: TensorMap; outputs: TensorMap };

/** What `compile` needs to know before it traces: the first state (parameters, moments, statistics) and the inputs. */
export interface StepSpec {
  readonly state: HostArrays;
  readonly inputs: Readonly<Record<string, ArraySpec>>;
  /**
   * The state never changes (a forward pass with trained weights): compiled in as constants, so that the engine may
   * prepare them once. The step may then return an empty state; `writeState` is refused.
   */
  readonly constantState?: boolean;
  /** Default `float32`. `mixed` is refused with `unsupported` where the device does not gain. */
  readonly precision?: Precision;
}

/** A step ready to run. State stays inside (on the device where there is one); the caller never sees which engine runs. */
export interface CompiledStep {
  /** Runs one step, replaces the state by the one the step returned, and gives the outputs back on the host. */
  run(inputs: HostArrays): Promise<HostArrays>;
  /** A copy of the present state on the host. */
  readState(): Promise<HostArrays>;
  /** Replaces the state (same names, shapes and element types). */
  writeState(state: HostArrays): Promise<void>;
  dispose(): Promise<void>;
}

/** Compiles steps for one device. `name` is what `run.json` records, e.g. `onnx/cpu`, `tfjs/js`. */
export interface Engine {
  readonly name: string;
  readonly device: string;
  compile(step: StepFunction, spec: StepSpec): Promise<CompiledStep>;
}
