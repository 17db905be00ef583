import type { DType } from '../host-array.ts';
import { recomputed } from './recompute.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxPort, OnnxTensor, OnnxType } from './onnx/model.ts';

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export type Target = 'cpu' | 'webgpu';

/**
 * An ONNX graph under construction. Nodes equal in op, inputs and attributes are made once: TensorFlow.js gradients
 * recompute parts of the forward pass freely, and here that costs nothing.
 */
export class Graph {
  /** Where the graph will run: a few ops have a faster form that one device lacks. */
  readonly target: Target;
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers = new Map<string, OnnxTensor>();
  private readonly scalars = new Map<string, number>();
  private readonly known = new Map<string, readonly string[]>();
  private readonly sizes = new Map<string, number>();
  private readonly inputs: OnnxPort[] = [];
  private count = 0;
  /** The TensorFlow.js kernel being lowered; names the nodes it makes. */
  private label = 'step';

  constructor(target: Target = 'cpu') {
    this.target = target;
  }

  /** Runs `work` with its nodes named after `label`. */
  within<T>(label: string, work: () => T): T {
    const before = this.label;
    this.label = label;
    try {
      return work();
    } finally {
      this.label = before;
    }
  }

  input(port: OnnxPort): string {
    this.inputs.push(port);
    return port.name;
  }

  /** Appends a node with one output and gives the output's name. */
  apply(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.applyMany(op, inputs, attributes, 1)[0];
  }

  /** Appends a node with `outputs` outputs. */
  applyMany(op: string, inputs: readonly string[], attributes: Attributes, outputs: number): readonly string[] {
    const key = JSON.stringify([op, inputs, attributes, outputs]);
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const name = `${this.label}_${this.count++}`;
    const names = Array.from({ length: outputs }, (_, index) => (index === 0 ? name : `${name}_${index}`));
    const [domain, opName] = op.includes('::') ? op.split('::') : ['', op];
    this.nodes.push({ op: opName, domain, name, inputs, outputs: names, attributes });
    this.known.set(key, names);
    return names;
  }

  /** A second name for a value: sessions give an output only once, and never an input or a constant. */
  alias(name: string): string {
    const output = `output_${this.count++}`;
    this.nodes.push({ op: 'Identity', domain: '', name: output, inputs: [name], outputs: [output], attributes: {} });
    return output;
  }

  /** A constant scalar of rank 0. */
  scalar(value: number, type: DType): string {
    const key = `scalar ${type} ${Object.is(value, -0) ? '-0' : value}`;
    const found = this.known.get(key);
    if (found !== undefined) return found[0];
    const name = this.tensor(type, [], typedArray(type, [value]));
    this.known.set(key, [name]);
    this.scalars.set(name, value);
    return name;
  }

  /** The number behind a name made by `scalar`, or undefined. */
  scalarValue(name: string): number | undefined {
    return this.scalars.get(name);
  }

  /** A constant vector of int64: what ONNX takes shapes, axes and pads as. */
  int64s(values: readonly number[]): string {
    const key = `int64 ${values.join()}`;
    const found = this.known.get(key);
    if (found !== undefined) return found[0];
    const name = this.tensor('int64', [values.length], BigInt64Array.from(values, BigInt));
    this.known.set(key, [name]);
    return name;
  }

  /** A constant tensor; `data` is not copied. */
  tensor(type: OnnxType, shape: readonly number[], data: ArrayBufferView): string {
    const name = `constant_${this.count++}`;
    this.initializers.set(name, { type, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return name;
  }

  /** Remembers how many elements a value has. */
  noteSize(name: string, elements: number): void {
    this.sizes.set(name, elements);
  }

  /** True for the numbers of `tensor` and `scalar`. */
  isConstant(name: string): boolean {
    return this.initializers.has(name);
  }

  /** True for names that a session may not give back as an output: they are inputs or constants, not computed. */
  isSource(name: string): boolean {
    return this.initializers.has(name) || this.inputs.some((port) => port.name === name);
  }

  /** The finished model: only nodes and constants that `outputs` depend on; with `recompute` it keeps fewer values. */
  finish(outputs: readonly OnnxPort[], { recompute = false }: { readonly recompute?: boolean } = {}): OnnxModel {
    const needed = new Set(outputs.map((port) => port.name));
    const nodes: OnnxNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      nodes.push(node);
      for (const input of node.inputs) needed.add(input);
    }
    const initializers = new Map([...this.initializers].filter(([name]) => needed.has(name)));
    nodes.reverse();
    return { nodes: recompute ? recomputed(nodes, this.sizes) : nodes, initializers, inputs: this.inputs, outputs };
  }
}

/** Host numbers as the array that holds them for `type`. */
export function typedArray(type: DType, values: ArrayLike<number>): Float32Array | Int32Array | Uint8Array {
  if (type === 'float32') return Float32Array.from(values);
  return type === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
