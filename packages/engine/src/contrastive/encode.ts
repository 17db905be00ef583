import { SpotbenchError, type Encoder } from '@spotbench/core';
import type { CompiledStep, Engine, StepFunction } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { shapeText } from '../host-shape.ts';
import { batchOf } from './batch-arrays.ts';

/** One encoder with trained weights inside, compiled once per batch size. */
export class CompiledEncoder {
  readonly #engine: Engine;
  readonly #parameters: HostArrays;
  readonly #step: StepFunction;
  readonly #compiled = new Map<string, CompiledStep>();

  /** `parameters` may hold more than the encoder uses; what it uses is `names`. */
  constructor(engine: Engine, encoder: Encoder, parameters: HostArrays, names: readonly string[]) {
    this.#engine = engine;
    this.#parameters = Object.fromEntries(names.map((name) => [name, parameters[name]]));
    this.#step = (state, inputs) => {
      const { embedding } = encoder.encode(state, batchOf(inputs), 'eval');
      return { state: {}, outputs: { embedding } };
    };
  }

  /** The embeddings of one batch in evaluation mode. [B, D] @throws SpotbenchError `diverged` when one is not finite. */
  async encode(inputs: HostArrays): Promise<{ values: Float32Array; width: number }> {
    const step = await this.#stepFor(inputs);
    const { embedding } = await step.run(inputs);
    const { shape, data } = embedding;
    if (!(data as Float32Array).every(Number.isFinite)) {
      throw new SpotbenchError(
        'diverged',
        `encoder: an embedding ${shapeText(shape)} holds NaN or infinity; check the input features`,
      );
    }
    return { values: Float32Array.from(data), width: shape[1] };
  }

  /** Frees every compiled graph. */
  async dispose(): Promise<void> {
    for (const step of this.#compiled.values()) await step.dispose();
    this.#compiled.clear();
  }

  async #stepFor(inputs: HostArrays): Promise<CompiledStep> {
    const key = Object.values(inputs)
      .map(({ shape }) => shapeText(shape))
      .join();
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const step = await this.#engine.compile(this.#step, { state: this.#parameters, inputs, constantState: true });
    this.#compiled.set(key, step);
    return step;
  }
}
