import { engine, tidy, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { ArraySpec, HostArrays } from '../host-array.ts';
import { withBackend } from './backend-switch.ts';
import type { StepFunction, StepSpec, TensorMap } from './contract.ts';
import { Graph, type Target } from './graph.ts';
import { modelLine } from './model-line.ts';
import type { OnnxModel, OnnxPort } from './onnx/model.ts';
import { tracingBackend, TRACING_BACKEND, type TracingBackend } from './tracing-backend.ts';
import { dense, plain, range, sameList, type Value } from './value.ts';

/** An ONNX graph of one step, and which of its ports is which of the step's names. */
export interface TracedStep {
  readonly model: OnnxModel;
  /** Graph input by input name. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Graph input and output by state name; `next` is absent where the step leaves the entry as it was. */
  readonly state: ReadonlyMap<string, { readonly present: string; readonly next?: string }>;
  /** Graph output by output name. */
  readonly outputs: ReadonlyMap<string, OnnxPort>;
}

/**
 * Runs `step` once on symbolic tensors and gives the graph of what it would have computed.
 * @throws if the step returns other state names, shapes or types than it was given, reads a tensor, or uses an op that
 * cannot be compiled; wrong shapes are reported with the line of the model.
 */
export function traceStep(step: StepFunction, spec: StepSpec, target: Target = 'cpu'): TracedStep {
  const backend = tracingBackend();
  const graph = new Graph(target);
  return withBackend(TRACING_BACKEND, () =>
    backend.recordInto(graph, () => new StepTrace(backend, graph).run(step, spec)),
  );
}

class StepTrace {
  private readonly backend: TracingBackend;
  private readonly graph: Graph;
  private readonly ports = new Map<string, OnnxPort>();

  constructor(backend: TracingBackend, graph: Graph) {
    this.backend = backend;
    this.graph = graph;
  }

  run(step: StepFunction, spec: StepSpec): TracedStep {
    let traced: TracedStep | undefined;
    tidy(() => {
      const state = spec.constantState ? this.constants(spec.state) : this.placeholders('state', spec.state);
      const inputs = this.placeholders('input', spec.inputs);
      const result = callStep(step, state, inputs);
      if (!spec.constantState) checkState(spec.state, result.state);
      traced = this.finish(spec, result);
    });
    return traced!;
  }

  private placeholders(role: string, specs: Readonly<Record<string, ArraySpec>>): TensorMap {
    return mapValues(specs, ({ dtype, shape }, name) => {
      const port = this.graph.input({ name: `${role}/${name}`, type: dtype, shape });
      return this.tensor(plain(port, dtype, shape), port);
    });
  }

  private constants(arrays: HostArrays): TensorMap {
    return mapValues(arrays, ({ dtype, shape, data }, name) =>
      this.tensor(plain(this.graph.tensor(dtype, shape, data), dtype, shape), name),
    );
  }

  private tensor(value: Value, kernel: string): Tensor {
    const info = this.backend.handle(value, kernel);
    return engine().makeTensorFromTensorInfo(info);
  }

  private finish(spec: StepSpec, result: ReturnType<StepFunction>): TracedStep {
    const state = new Map(
      Object.entries(spec.constantState ? {} : result.state).map(([name, tensor]) => {
        const present = `state/${name}`;
        const unchanged = isPlain(this.backend.symbolic(tensor), present);
        return [name, unchanged ? { present } : { present, next: this.output(tensor).name }];
      }),
    );
    const outputs = new Map(Object.entries(result.outputs).map(([name, tensor]) => [name, this.output(tensor)]));
    const inputs = new Map(Object.keys(spec.inputs).map((name) => [name, `input/${name}`]));
    return {
      model: this.graph.finish([...this.ports.values()], {
        recompute: !spec.constantState && this.graph.target === 'cpu',
      }),
      inputs,
      state,
      outputs,
    };
  }

  /** Makes a tensor a graph output: laid out plainly, computed by a node, and under a name of its own. */
  private output(tensor: TensorInfo): OnnxPort {
    const value = dense(this.graph, this.backend.symbolic(tensor));
    const shared = this.ports.has(value.name) || this.graph.isSource(value.name);
    const name = shared ? this.graph.alias(value.name) : value.name;
    const port = { name, type: value.dtype, shape: value.shape };
    this.ports.set(name, port);
    return port;
  }
}

/** True for the graph input `name` itself, not seen through a permutation or broadcast. */
function isPlain(value: Value, name: string): boolean {
  return value.name === name && sameList(value.order, range(value.shape.length)) && sameList(value.stored, value.shape);
}

/** Frames kept while tracing: TensorFlow.js puts more of its own above a model's line than Node's ten. */
const DEEP_STACK = 60;

/** Errors of TensorFlow.js's own shape checks name the op but not where in the model it stands. */
function callStep(step: StepFunction, state: TensorMap, inputs: TensorMap): ReturnType<StepFunction> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEP_STACK;
  try {
    return step(state, inputs);
  } catch (cause) {
    const error = cause as Error;
    const line = modelLine(error.stack);
    const place = line && !error.message.includes(line) ? ` (at ${line})` : '';
    throw new Error(`compile: ${error.message}${place}`, { cause });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function checkState(given: HostArrays, returned: TensorMap): void {
  const missing = Object.keys(given).filter((name) => !(name in returned));
  const unexpected = Object.keys(returned).filter((name) => !(name in given));
  if (missing.length + unexpected.length > 0) {
    throw new Error(
      `compile: a step must return the state it was given, missing [${missing.join(', ')}], ` +
        `unexpected [${unexpected.join(', ')}]; return unchanged entries as they came`,
    );
  }
  for (const [name, { dtype, shape }] of Object.entries(given)) {
    const next = returned[name];
    if (next.dtype === dtype && next.shape.join() === shape.join()) continue;
    throw new Error(
      `compile: state '${name}' must stay ${dtype}[${shape.join(', ')}], the step returned ` +
        `${next.dtype}[${next.shape.join(', ')}]`,
    );
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
