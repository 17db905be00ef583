import type { CompiledStep, Engine, StepFunction } from '../compile/contract.ts';
import type { Precision } from '../compile/precision/precision.ts';
import type { HostArrays } from '../host-array.ts';

/**
 * One step function compiled once per set of input shapes (a full batch, and the smaller last one), with one state that
 * moves to whichever graph runs next.
 */
export class StepCache {
  readonly #engine: Engine;
  readonly #step: StepFunction;
  readonly #compiled = new Map<string, CompiledStep>();
  readonly #precision: Precision | undefined;
  #state: HostArrays;
  #owner: CompiledStep | undefined;

  constructor(engine: Engine, step: StepFunction, state: HostArrays, precision?: Precision) {
    this.#engine = engine;
    this.#step = step;
    this.#state = state;
    this.#precision = precision;
  }

  /** Runs one step on the present state, compiling first when these shapes are new. */
  async run(inputs: HostArrays): Promise<HostArrays> {
    const key = shapeKey(inputs);
    const step = this.#compiled.get(key) ?? (await this.#compile(key, inputs));
    if (this.#owner !== step) await this.#moveTo(step);
    return step.run(inputs);
  }

  /** A copy of the present state on the host. */
  async readState(): Promise<HostArrays> {
    return this.#owner === undefined ? this.#state : this.#owner.readState();
  }

  /** Replaces the state. */
  writeState(state: HostArrays): Promise<void> {
    this.#owner = undefined;
    this.#state = state;
    return Promise.resolve();
  }

  /** Frees every compiled graph. */
  async dispose(): Promise<void> {
    for (const step of this.#compiled.values()) await step.dispose();
    this.#compiled.clear();
  }

  async #compile(key: string, inputs: HostArrays): Promise<CompiledStep> {
    const state = await this.readState();
    const step = await this.#engine.compile(this.#step, { state, inputs, precision: this.#precision });
    this.#compiled.set(key, step);
    return step;
  }

  async #moveTo(step: CompiledStep): Promise<void> {
    await step.writeState(await this.readState());
    this.#owner = step;
    this.#state = {};
  }
}

function shapeKey(inputs: HostArrays): string {
  return JSON.stringify(Object.entries(inputs).map(([name, { dtype, shape }]) => [name, dtype, shape]));
}
