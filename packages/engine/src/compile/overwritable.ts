import type { OnnxNode } from './onnx/model.ts';
import type { TracedStep } from './trace.ts';

/**
 * State entries whose next value may be written over the present one: every node that reads the present value gives its
 * result to the node that makes the next one, so that all reading is over when writing begins, in whatever order the rest
 * runs. So it is for moments, averages and running statistics, x' = a x + b y; not for weights, which the backward pass
 * of earlier layers may still need.
 */
export function overwritable({ model, state }: TracedStep): ReadonlySet<string> {
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const readers = readersByInput(model.nodes);
  const names = [...state].flatMap(([name, { present, next }]) => {
    const maker = next === undefined ? undefined : producers.get(next);
    return maker !== undefined && areBefore(maker, readers.get(present) ?? []) ? [name] : [];
  });
  return new Set(names);

  function areBefore(maker: OnnxNode, nodes: readonly OnnxNode[]): boolean {
    const before = new Set(maker.inputs.map((input) => producers.get(input)));
    return nodes.every((node) => node !== maker && before.has(node));
  }
}

function readersByInput(nodes: readonly OnnxNode[]): Map<string, OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  return readers;
}
