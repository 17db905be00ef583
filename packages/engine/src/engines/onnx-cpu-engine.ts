import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkArrays } from '../compile/check-arrays.ts';
import type { CompiledStep, Engine, StepSpec } from '../compile/contract.ts';
import { overwritable } from '../compile/overwritable.ts';
import { traceStep, type TracedStep } from '../compile/trace.ts';
import type { ArraySpec, HostArray, HostArrays } from '../host-array.ts';
import { inPrecision, requireMixedOnHost } from './mixed-precision.ts';
import { copyOf, emptyTensor, openSession, toHost, toTensor } from './onnx-session.ts';
import { runInto, withoutCopies } from './uncopied-run.ts';

export interface OnnxEngineOptions {
  /** Threads of one session; ONNX Runtime's default is one per physical core. */
  readonly threads?: number;
  /** Gives memory back as soon as an array is done with, for more time; a DenseNet-121 training step peaks 2 % lower, at 3.5 GB. */
  readonly lowMemory?: boolean;
  /** Computes `mixed` precision as a GPU would, slowly: for tests. */
  readonly imitateMixed?: boolean;
}

/** Steps as ONNX graphs on ONNX Runtime's CPU provider. */
export function onnxCpuEngine({ threads, lowMemory = false, imitateMixed = false }: OnnxEngineOptions = {}): Engine {
  const options = {
    executionProviders: ['cpu'],
    enableCpuMemArena: !lowMemory,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
  return hostEngine('cpu', options, imitateMixed);
}

/**
 * Steps as ONNX graphs on ONNX Runtime's CUDA provider; state crosses to the GPU and back in every step.
 *
 * @throws SpotbenchError `unsupported` where the provider has not been added.
 */
export function onnxCudaEngine(): Engine {
  requireCudaProvider();
  return hostEngine('cuda', { executionProviders: ['cuda'] });
}

/** ONNX Runtime's own message does not name the file it misses. */
function requireCudaProvider(): void {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const folder = join(dirname(main), 'bin', 'napi-v6', process.platform, process.arch);
  const file = 'libonnxruntime_providers_cuda.so';
  if (existsSync(join(folder, file))) return;
  throw new SpotbenchError(
    'unsupported',
    `engine onnx/cuda: needed ${file} in ${folder}, got no such file; run npm run engine:cuda (Linux x64 with CUDA 12 and cuDNN 9)`,
  );
}

function hostEngine(device: string, options: InferenceSession.SessionOptions, imitateMixed = false): Engine {
  const name = `onnx/${device}`;
  return {
    name,
    device,
    compile: async (step, spec) => {
      if (spec.precision === 'mixed') requireMixedOnHost(name, imitateMixed);
      const traced = inPrecision(traceStep(step, spec), spec.precision, { imitate: imitateMixed });
      return new OnnxHostStep(await openSession(withoutCopies(traced.model), options), traced, spec);
    },
  };
}

/**
 * State lives in host buffers. What may be overwritten while a step runs (moments, running statistics) has one, the rest two
 * used in turn: a step reads one and writes the other. After a run that failed the state is undefined.
 */
class OnnxHostStep implements CompiledStep {
  private readonly session: InferenceSession;
  private readonly traced: TracedStep;
  private readonly inputs: StepSpec['inputs'];
  /** State that was compiled in, if it was; other first states are not kept. */
  private readonly constants: HostArrays | undefined;
  private present: Record<string, Tensor>;
  private spare: Record<string, Tensor>;

  constructor(session: InferenceSession, traced: TracedStep, spec: StepSpec) {
    this.session = session;
    this.traced = traced;
    this.inputs = spec.inputs;
    this.constants = spec.constantState ? spec.state : undefined;
    this.present = Object.fromEntries([...traced.state.keys()].map((name) => [name, copyToTensor(spec.state[name])]));
    const inPlace = overwritable(traced);
    const changing = [...traced.state].filter(([, port]) => port.next !== undefined).map(([name]) => name);
    this.spare = Object.fromEntries(
      changing.map((name) => [name, inPlace.has(name) ? this.present[name] : emptyTensor(spec.state[name])]),
    );
  }

  async run(inputs: HostArrays): Promise<HostArrays> {
    checkArrays('input', this.inputs, inputs);
    const outputs = this.freshOutputs();
    await runInto(this.session, this.feeds(inputs), { ...this.nextState(), ...outputs });
    for (const name of Object.keys(this.spare)) {
      [this.present[name], this.spare[name]] = [this.spare[name], this.present[name]];
    }
    return Object.fromEntries([...this.traced.outputs].map(([name, port]) => [name, toHost(outputs[port.name])]));
  }

  readState(): Promise<HostArrays> {
    if (this.constants !== undefined) return Promise.resolve(this.constants);
    const copies = Object.entries(this.present).map(([name, tensor]) => [name, copyOf(toHost(tensor))] as const);
    return Promise.resolve(Object.fromEntries(copies));
  }

  writeState(state: HostArrays): Promise<void> {
    return Promise.resolve().then(() => {
      if (this.constants !== undefined)
        throw new Error('writeState: the state was compiled in as constants; compile again');
      checkArrays('state', this.stateSpecs(), state);
      for (const [name, tensor] of Object.entries(this.present)) (tensor.data as Float32Array).set(state[name].data);
    });
  }

  dispose(): Promise<void> {
    [this.present, this.spare] = [{}, {}];
    return this.session.release();
  }

  private stateSpecs(): Record<string, ArraySpec> {
    return Object.fromEntries(Object.entries(this.present).map(([name, { type, dims }]) => [name, specOf(type, dims)]));
  }

  private feeds(inputs: HostArrays): Record<string, Tensor> {
    const state = Object.entries(this.present).map(([name, tensor]) => [this.traced.state.get(name)!.present, tensor]);
    const given = Object.entries(inputs).map(([name, array]) => [this.traced.inputs.get(name)!, toTensor(array)]);
    return Object.fromEntries([...state, ...given]) as Record<string, Tensor>;
  }

  private nextState(): Record<string, Tensor> {
    return Object.fromEntries(
      Object.entries(this.spare).map(([name, tensor]) => [this.traced.state.get(name)!.next!, tensor]),
    );
  }

  /** New arrays in every step: the caller keeps them. */
  private freshOutputs(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.traced.outputs.values()].map((port) => [port.name, emptyTensor(specOf(port.type, port.shape))]),
    );
  }
}

const copyToTensor = (array: HostArray): Tensor => toTensor(copyOf(array));

const specOf = (type: string, shape: readonly number[]): ArraySpec => ({ dtype: type as ArraySpec['dtype'], shape });
