import './gradients/index.ts';
import {
  DataStorage,
  engine,
  getKernelsForBackend,
  KernelBackend,
  registerBackend,
  registerKernel,
  type BackendValues,
  type DataType,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { DType } from '../host-array.ts';
import { typedArray, type Graph } from './graph.ts';
import { kernels } from './kernels/index.ts';
import { modelLine } from './model-line.ts';
import type { Inputs, Lowering, LoweringTable } from './kernels/lowering.ts';
import { plain, sizeOf, uniform, type Value } from './value.ts';

export const TRACING_BACKEND = 'onnx-trace';

type HostValues = Float32Array | Int32Array | Uint8Array;

/** What stands behind a tensor while tracing: host numbers (constants), a symbolic value, or both. */
interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly kernel: string;
  readonly values?: HostValues;
  value?: Value;
  references: number;
}

/** A TensorFlow.js backend whose kernels append ONNX nodes to the graph in hand instead of computing. */
export class TracingBackend extends KernelBackend {
  private readonly entries: DataStorage<Entry>;
  private graph: Graph | undefined;

  constructor() {
    super();
    this.entries = new DataStorage<Entry>(this, engine());
  }

  /** Runs `trace` with kernels appending to `graph`. */
  recordInto<T>(graph: Graph, trace: () => T): T {
    if (this.graph !== undefined) throw new Error('compile: a step may not compile another step while it is traced');
    this.graph = graph;
    try {
      return trace();
    } finally {
      this.graph = undefined;
    }
  }

  /** A tensor handle for a symbolic value. */
  handle(value: Value, kernel: string): TensorInfo {
    const dataId = {};
    this.graph?.noteSize(value.name, sizeOf(value.stored));
    this.entries.set(dataId, { ...describe(value), kernel, value, references: 1 });
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  /** The symbolic value behind a tensor; constants join the graph when first used. */
  symbolic(tensor: TensorInfo): Value {
    const entry = this.entries.get(tensor.dataId);
    const value = entry.value ?? constantValue(this.requireGraph(), entry);
    if (entry.values === undefined) entry.value = value;
    return value.shape.length === tensor.shape.length ? value : { ...value, shape: tensor.shape };
  }

  /** Lowers one kernel call. */
  lower(kernel: string, lower: Lowering, inputs: Inputs, attrs: object): TensorInfo[] {
    const graph = this.requireGraph();
    const made = graph.within(kernel, () => lower(graph, inputs, attrs));
    return [made].flat().map((value) => this.handle(value, kernel));
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: object, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    const kernel = 'constant';
    const type = hostType(dtype);
    this.entries.set(dataId, {
      dtype: type,
      shape,
      kernel,
      values: typedArray(type, values as Float32Array),
      references,
    });
  }

  override readSync(dataId: object): BackendValues {
    const entry = this.entries.get(dataId);
    if (entry.values !== undefined) return entry.values;
    const line = modelLine(new Error('read').stack);
    throw new Error(
      `${entry.kernel}: its result [${entry.shape.join(', ')}] has no numbers while the step is compiled` +
        `${line && `, read at ${line}`}; return it as an output of the step and read it there`,
    );
  }

  override read(dataId: object): Promise<BackendValues> {
    return Promise.resolve().then(() => this.readSync(dataId));
  }

  override numDataIds(): number {
    return this.entries.numDataIds();
  }

  override refCount(dataId: object): number {
    return this.entries.has(dataId) ? this.entries.get(dataId).references : 0;
  }

  override incRef(dataId: object): void {
    this.entries.get(dataId).references++;
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.entries.has(dataId)) return true;
    const entry = this.entries.get(dataId);
    if (--entry.references > 0 && !force) return false;
    this.entries.delete(dataId);
    return true;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  /** TensorFlow.js's own value for 32-bit backends. */
  override epsilon(): number {
    return 1e-7;
  }

  private requireGraph(): Graph {
    if (this.graph === undefined) throw new Error('compile: tensors of a traced step must not be used outside it');
    return this.graph;
  }
}

const describe = (value: Value) => ({ dtype: value.dtype, shape: value.shape });

function hostType(dtype: DataType): DType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`compile: tensors must be float32, int32 or bool, got ${dtype}`);
}

/** Host numbers in the graph: one scalar where all are equal (`ones`, `zeros`), else an initializer. */
function constantValue(graph: Graph, { values, dtype, shape }: Entry): Value {
  const first = values![0];
  if (values!.length > 0 && values!.every((value) => Object.is(value, first)))
    return uniform(graph, first, dtype, shape);
  return plain(graph.tensor(dtype, shape, values!), dtype, shape);
}

/** A lowering that refuses, for every kernel of the reference backend: those without a lowering of their own keep it. */
function refusals(): LoweringTable {
  const names = getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  const refuse: Lowering = () => {
    throw new Error('this op has no ONNX counterpart here; write it in other ops, or use an eager engine (tfjs)');
  };
  return Object.fromEntries(names.map((name) => [name, refuse]));
}

let registered: TracingBackend | undefined;

/** The one tracing backend of this process, registered with its kernels on first use. */
export function tracingBackend(): TracingBackend {
  if (registered !== undefined) return registered;
  const backend = new TracingBackend();
  registerBackend(TRACING_BACKEND, () => backend, 0);
  for (const [kernelName, lower] of Object.entries({ ...refusals(), ...kernels })) {
    registerKernel({ kernelName, backendName: TRACING_BACKEND, kernelFunc: kernelFunction(kernelName, lower) });
  }
  return (registered = backend);
}

/** Wraps a lowering as a kernel: looks the symbolic values up, and says op, shapes and model line when it fails. */
function kernelFunction(kernelName: string, lower: Lowering): KernelFunc {
  return ({ inputs, attrs }) => {
    const tracing = tracingBackend();
    const tensors = Object.entries(inputs).filter((entry) => entry[1] !== null && entry[1] !== undefined);
    try {
      const values = Object.fromEntries(
        tensors.map(([name, tensor]) => [name, tracing.symbolic(tensor as TensorInfo)]),
      );
      const outputs = tracing.lower(kernelName, lower, values, attrs ?? {});
      return outputs.length === 1 && !MANY_OUTPUTS.has(kernelName) ? outputs[0] : outputs;
    } catch (cause) {
      throw loweringError(kernelName, tensors as [string, TensorInfo][], cause as Error);
    }
  };
}

/** Kernels whose result is a list even when it has one member. */
const MANY_OUTPUTS = new Set(['Unpack', 'SplitV', 'TopK']);

function loweringError(kernelName: string, tensors: readonly [string, TensorInfo][], cause: Error): Error {
  const shapes = tensors.map(([name, { dtype, shape }]) => `${name} ${dtype}[${shape.join(', ')}]`).join(', ');
  const line = modelLine(cause.stack);
  return new Error(`${kernelName} of ${shapes}${line && ` at ${line}`}: cannot be compiled: ${cause.message}`, {
    cause,
  });
}
