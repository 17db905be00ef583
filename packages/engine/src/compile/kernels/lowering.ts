import type { Graph } from '../graph.ts';
import type { Value } from '../value.ts';

/** Tensor arguments of a kernel by TensorFlow.js's names (`x`, `a`, `b`, `dy`, ...; lists are `0`, `1`, ...). */
export type Inputs = Readonly<Record<string, Value>>;

/** Appends what one kernel computes to the graph. `A` is TensorFlow.js's attribute record for it. */
export type Lowering = (graph: Graph, inputs: Inputs, attrs: object) => Value | readonly Value[];

/** Lowerings by TensorFlow.js kernel name. */
export type LoweringTable = Readonly<Record<string, Lowering>>;

/** Types a lowering's attributes; TensorFlow.js checks them before the kernel is called. */
// The parameter is the point: it says at each use which attribute record the kernel takes.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function lowering<A extends object>(
  lower: (graph: Graph, inputs: Inputs, attrs: A) => Value | readonly Value[],
): Lowering {
  return (graph, inputs, attrs) => lower(graph, inputs, attrs as A);
}
