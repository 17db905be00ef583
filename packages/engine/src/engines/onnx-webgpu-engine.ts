import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkArrays } from '../compile/check-arrays.ts';
import type { CompiledStep, Engine, StepSpec } from '../compile/contract.ts';
import type { OnnxModel } from '../compile/onnx/model.ts';
import { traceStep, type TracedStep } from '../compile/trace.ts';
import type { HostArrays } from '../host-array.ts';
import { inPrecision, requireMixedOnWebgpu } from './mixed-precision.ts';
import { copyOf, openSession, toHost, toTensor } from './onnx-session.ts';

/** Steps as ONNX graphs on ONNX Runtime's WebGPU provider, state kept on the GPU between steps. */
export function onnxWebgpuEngine(): Engine {
  return {
    name: 'onnx/webgpu',
    device: 'webgpu',
    compile: async (step, spec) => {
      if (spec.precision === 'mixed') await requireMixedOnWebgpu();
      const traced = inPrecision(traceStep(step, spec, 'webgpu'), spec.precision);
      const outputs = [...traced.outputs.values()].map((port) => [port.name, 'cpu'] as const);
      const state = changing(traced).map(([, next]) => [next, 'gpu-buffer'] as const);
      const session = await openSession(traced.model, onWebgpu(Object.fromEntries([...outputs, ...state])));
      return new OnnxWebgpuStep(session, traced, spec);
    },
  };
}

type Places = Record<string, 'cpu' | 'gpu-buffer'>;

function onWebgpu(preferredOutputLocation: Places): InferenceSession.SessionOptions {
  return { executionProviders: ['webgpu'], preferredOutputLocation };
}

/** [state name, graph output] of the entries a step changes. */
function changing(traced: TracedStep): [string, string][] {
  return [...traced.state].flatMap(([name, port]) => (port.next === undefined ? [] : [[name, port.next]]));
}

/** Outputs of one step are inputs of the next; a GPU tensor is freed when the step that read it is over. */
class OnnxWebgpuStep implements CompiledStep {
  private readonly session: InferenceSession;
  private readonly traced: TracedStep;
  private readonly spec: StepSpec;
  private present: Record<string, Tensor> = {};
  private reader: InferenceSession | undefined;

  constructor(session: InferenceSession, traced: TracedStep, spec: StepSpec) {
    this.session = session;
    this.traced = traced;
    this.spec = spec;
    this.replace(hostTensors(spec.constantState ? {} : spec.state));
  }

  async run(inputs: HostArrays): Promise<HostArrays> {
    checkArrays('input', this.spec.inputs, inputs);
    const results = await this.session.run(this.feeds(inputs));
    this.replace(Object.fromEntries(changing(this.traced).map(([name, next]) => [name, results[next]])));
    return Object.fromEntries([...this.traced.outputs].map(([name, port]) => [name, toHost(results[port.name])]));
  }

  async readState(): Promise<HostArrays> {
    if (this.spec.constantState) return this.spec.state;
    const onGpu = Object.entries(this.present).filter(([, tensor]) => tensor.location !== 'cpu');
    const onHost = Object.entries(this.present).filter(([, tensor]) => tensor.location === 'cpu');
    const read = onGpu.length === 0 ? {} : await this.download(Object.fromEntries(onGpu));
    return { ...Object.fromEntries(onHost.map(([name, tensor]) => [name, copyOf(toHost(tensor))])), ...read };
  }

  writeState(state: HostArrays): Promise<void> {
    return Promise.resolve().then(() => {
      if (this.spec.constantState) throw new Error('writeState: the state was compiled in as constants; compile again');
      checkArrays('state', this.spec.state, state);
      this.replace(hostTensors(state));
    });
  }

  async dispose(): Promise<void> {
    Object.values(this.present).forEach(free);
    this.present = {};
    await this.reader?.release();
    await this.session.release();
  }

  private feeds(inputs: HostArrays): Record<string, Tensor> {
    const state = Object.entries(this.present).map(
      ([name, tensor]) => [this.traced.state.get(name)!.present, tensor] as const,
    );
    const given = Object.entries(inputs).map(
      ([name, array]) => [this.traced.inputs.get(name)!, toTensor(array)] as const,
    );
    return Object.fromEntries([...state, ...given]);
  }

  private replace(next: Readonly<Record<string, Tensor>>): void {
    const old = Object.entries(this.present).filter(([name]) => name in next);
    this.present = { ...this.present, ...next };
    old.forEach(([, tensor]) => free(tensor));
  }

  /** ONNX Runtime aborts the process when a GPU tensor is read directly; a session of Identity nodes copies it out. */
  private async download(tensors: Record<string, Tensor>): Promise<HostArrays> {
    const names = changing(this.traced).map(([name]) => name);
    this.reader ??= await openSession(copyModel(names, this.spec), onWebgpu(Object.fromEntries(names.map(toCopy))));
    const copies = await this.reader.run(tensors);
    return Object.fromEntries(names.map((name) => [name, copyOf(toHost(copies[`copy/${name}`]))]));
  }
}

const toCopy = (name: string) => [`copy/${name}`, 'cpu'] as const;
const hostTensors = (state: HostArrays): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(state).map(([name, array]) => [name, toTensor(copyOf(array))]));

function free(tensor: Tensor): void {
  if (tensor.location !== 'cpu') tensor.dispose();
}

/** `copy/x` = x for every name. */
function copyModel(names: readonly string[], { state }: StepSpec): OnnxModel {
  const port = (name: string, prefix: string) => ({
    name: prefix + name,
    type: state[name].dtype,
    shape: state[name].shape,
  });
  return {
    nodes: names.map((name) => ({
      op: 'Identity',
      domain: '',
      name: `copy/${name}`,
      inputs: [name],
      outputs: [`copy/${name}`],
      attributes: {},
    })),
    initializers: new Map(),
    inputs: names.map((name) => port(name, '')),
    outputs: names.map((name) => port(name, 'copy/')),
  };
}
