import { dispose, keep, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { checkArrays } from '../compile/check-arrays.ts';
import { withBackend } from '../compile/backend-switch.ts';
import type { CompiledStep, Engine, StepFunction, StepSpec, TensorMap } from '../compile/contract.ts';
import type { HostArray, HostArrays } from '../host-array.ts';
import { refuseMixedEager } from './mixed-precision.ts';

/** Runs steps as they are, op by op, on a TensorFlow.js backend that is registered and initialised. */
export function eagerEngine(name: string, device: string, backend: string): Engine {
  return {
    name,
    device,
    compile: (step, spec) =>
      Promise.resolve().then(() => {
        if (spec.precision === 'mixed') refuseMixedEager(name);
        return new EagerStep(backend, step, spec);
      }),
  };
}

class EagerStep implements CompiledStep {
  private readonly backend: string;
  private readonly step: StepFunction;
  private readonly spec: StepSpec;
  private state: TensorMap;

  constructor(backend: string, step: StepFunction, spec: StepSpec) {
    this.backend = backend;
    this.step = step;
    this.spec = spec;
    this.state = withBackend(backend, () => toTensors(spec.state));
  }

  async run(inputs: HostArrays): Promise<HostArrays> {
    checkArrays('input', this.spec.inputs, inputs);
    const outputs = withBackend(this.backend, () => this.advance(inputs));
    const arrays = await toHosts(outputs);
    dispose(Object.values(outputs));
    return arrays;
  }

  readState(): Promise<HostArrays> {
    return toHosts(this.state);
  }

  writeState(state: HostArrays): Promise<void> {
    return Promise.resolve().then(() => {
      if (this.spec.constantState) throw new Error('writeState: the state was compiled in as constants; compile again');
      checkArrays('state', this.spec.state, state);
      this.replace(withBackend(this.backend, () => toTensors(state)));
    });
  }

  dispose(): Promise<void> {
    this.replace({});
    return Promise.resolve();
  }

  /** Runs the step, keeps its state and gives its outputs; everything else is freed. */
  private advance(inputs: HostArrays): TensorMap {
    const result = tidy(() => {
      const { state, outputs } = this.step(this.state, toTensors(inputs));
      return { state: this.spec.constantState ? {} : cloned(state), outputs: cloned(outputs) };
    });
    Object.values({ ...result.state }).forEach((value) => keep(value));
    if (!this.spec.constantState) this.replace(result.state);
    return result.outputs;
  }

  private replace(state: TensorMap): void {
    dispose(Object.values(this.state));
    this.state = state;
  }
}

/** Clones share memory; they let an entry be returned unchanged, twice, or as both state and output. */
function cloned(tensors: TensorMap): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, value.clone()]));
}

function toTensors(arrays: HostArrays): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape, dtype }]) => [name, tensor(data, [...shape], dtype)]),
  );
}

async function toHosts(tensors: TensorMap): Promise<HostArrays> {
  const arrays = Object.entries(tensors).map(async ([name, value]) => [name, await toHost(value)] as const);
  return Object.fromEntries(await Promise.all(arrays));
}

async function toHost(value: Tensor): Promise<HostArray> {
  const data = await value.data();
  return { dtype: value.dtype as HostArray['dtype'], shape: value.shape, data: data.slice() as Float32Array };
}
