import type { OnnxNode } from './onnx/model.ts';

/** Ops cheap enough to compute twice: one pass over memory, or none. */
const CHEAP = new Set(['Add', 'Sub', 'Mul', 'Relu', 'Reshape']);
/** Arrays below 256 KB are not worth a node. */
const LARGE = 1 << 16;
/** Nodes between two readers from which on the later one gets a value of its own. */
const FAR = 150;
/** Longest chain that is computed again: normalised, scaled, shifted, activated, reshaped. */
const DEPTH = 4;

/**
 * The same nodes, with large values that only cost a pass or two over something that is kept anyway computed again for
 * readers far behind, where they would have been kept from the forward to the backward pass: the activations behind a batch
 * or layer norm, which each convolution or product keeps for its weights. Results are the same to the bit.
 *
 * `sizes` holds the number of elements of the values it knows; what it does not know is not touched.
 *
 * Source of the idea: Chen et al. 2016, "Training deep nets with sublinear memory cost"; Pleiss et al. 2017 for DenseNet.
 */
export function recomputed(nodes: readonly OnnxNode[], sizes: ReadonlyMap<string, number>): readonly OnnxNode[] {
  const plan = new Recomputation(nodes, sizes);
  return nodes.flatMap((node, position) => plan.rewritten(node, position));
}

class Recomputation {
  private readonly sizes: ReadonlyMap<string, number>;
  private readonly made = new Map<string, { readonly node: OnnxNode; readonly position: number }>();
  private readonly lastRead = new Map<string, number>();
  /** Second names of values, once they have been computed again. */
  private readonly again = new Map<string, string>();

  constructor(nodes: readonly OnnxNode[], sizes: ReadonlyMap<string, number>) {
    this.sizes = sizes;
    nodes.forEach((node, position) => {
      for (const output of node.outputs) this.made.set(output, { node, position });
      for (const input of node.inputs) this.lastRead.set(input, position);
    });
  }

  /** The node with its far inputs replaced, after the nodes that compute them again. */
  rewritten(node: OnnxNode, position: number): OnnxNode[] {
    const extra: OnnxNode[] = [];
    const inputs = node.inputs.map((input) => this.replacement(input, position, extra));
    return [
      ...extra,
      extra.length > 0 || inputs.some((input, i) => input !== node.inputs[i]) ? { ...node, inputs } : node,
    ];
  }

  private replacement(name: string, position: number, extra: OnnxNode[]): string {
    const known = this.again.get(name);
    if (known !== undefined) return known;
    const source = this.made.get(name);
    if (source === undefined || position - source.position < FAR || !(this.size(name) >= LARGE)) return name;
    return this.isCheap(name, position, DEPTH) ? this.compute(name, position, extra) : name;
  }

  /** Whether `name` comes in a few cheap steps from values that are still there at `position`. */
  private isCheap(name: string, position: number, depth: number): boolean {
    const source = this.made.get(name);
    if (source === undefined || depth === 0 || !CHEAP.has(source.node.op)) return false;
    return source.node.inputs.every(
      (input) => this.isThere(input, position) || this.isCheap(input, position, depth - 1),
    );
  }

  private isThere(name: string, position: number): boolean {
    if (!this.made.has(name)) return true; // an input of the graph, or a constant
    return this.size(name) < LARGE || (this.lastRead.get(name) ?? -1) > position;
  }

  /** Appends the chain that makes `name` and gives the name of its copy. */
  private compute(name: string, position: number, extra: OnnxNode[]): string {
    const { node } = this.made.get(name)!;
    const inputs = node.inputs.map((input) =>
      this.isThere(input, position) ? input : (this.again.get(input) ?? this.compute(input, position, extra)),
    );
    const copy = `${name}_again`;
    extra.push({ ...node, name: copy, inputs, outputs: [copy] });
    this.again.set(name, copy);
    return copy;
  }

  private size(name: string): number {
    const source = this.made.get(name)?.node;
    return this.sizes.get(name) ?? (source?.op === 'Reshape' ? this.size(source.inputs[0]) : NaN);
  }
}
