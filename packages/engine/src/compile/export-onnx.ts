import type { StepFunction, StepSpec } from './contract.ts';
import { encodeModel, type OnnxModel } from './onnx/model.ts';
import { traceStep } from './trace.ts';

/**
 * A forward pass as the bytes of a standard .onnx file: `spec.state` inside as weights, inputs and outputs under the
 * step's own names. Shapes are those of `spec.inputs`, the batch included.
 *
 * @throws if an output has the name of an input, or the step cannot be compiled.
 */
export function exportOnnx(forward: StepFunction, spec: StepSpec): Uint8Array {
  const { model, inputs, outputs } = traceStep(forward, { ...spec, constantState: true });
  const clash = [...outputs.keys()].find((name) => inputs.has(name));
  if (clash !== undefined) {
    throw new Error(`exportOnnx: inputs and outputs need names of their own, got '${clash}' twice; rename one`);
  }
  const names = new Map([
    ...[...inputs].map(([name, port]) => [port, name] as const),
    ...[...outputs].map(([name, port]) => [port.name, name] as const),
  ]);
  return encodeModel(renamed(model, names));
}

function renamed(model: OnnxModel, names: ReadonlyMap<string, string>): OnnxModel {
  const rename = (name: string) => names.get(name) ?? name;
  const port = <T extends { name: string }>(item: T): T => ({ ...item, name: rename(item.name) });
  const nodes = model.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
  return { ...model, nodes, inputs: model.inputs.map(port), outputs: model.outputs.map(port) };
}
