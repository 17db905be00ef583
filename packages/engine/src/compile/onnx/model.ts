import { ProtobufWriter } from './protobuf.ts';

/** Element types this writer knows. `int64` appears only inside graphs (shapes, axes, indices). */
export type OnnxType = 'float32' | 'int32' | 'int64' | 'bool';

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface OnnxPort {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** A sequence of such tensors instead of one. */
  readonly sequence?: boolean;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** Opset 20 is the newest that needs nothing beyond ONNX Runtime 1.17; IR version 9 goes with it. */
export const OPSET = 20;
const IR_VERSION = 9;

const TYPE_CODES: Readonly<Record<OnnxType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** The bytes of an .onnx file (ModelProto; field numbers are those of onnx.proto). */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.string(2, 'spotbench');
  for (const [name, tensor] of model.initializers) graph.message(5, encodeTensor(name, tensor));
  for (const port of model.inputs) graph.message(11, encodePort(port));
  for (const port of model.outputs) graph.message(12, encodePort(port));
  return new ProtobufWriter()
    .int(1, IR_VERSION)
    .string(2, 'spotbench')
    .message(7, graph)
    .message(8, new ProtobufWriter().string(1, '').int(2, OPSET))
    .message(8, new ProtobufWriter().string(1, 'com.microsoft').int(2, 1))
    .finish();
}

function encodeNode(node: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, node.name).string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) writer.message(5, encodeAttribute(name, value));
  return writer.string(7, node.domain);
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return writer.int(3, value).int(20, 2);
  if (typeof value === 'string') return writer.string(4, value).int(20, 3);
  if ('float' in value) return writer.float(2, value.float).int(20, 1);
  for (const item of value) writer.int(8, item);
  return writer.int(20, 7);
}

function encodeTensor(name: string, tensor: OnnxTensor): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const size of tensor.shape) writer.int(1, size);
  return writer.int(2, TYPE_CODES[tensor.type]).string(8, name).bytes(9, tensor.bytes);
}

function encodePort(port: OnnxPort): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const size of port.shape) shape.message(1, new ProtobufWriter().int(1, size));
  const tensorType = new ProtobufWriter().int(1, TYPE_CODES[port.type]).message(2, shape);
  const one = new ProtobufWriter().message(1, tensorType);
  const type = port.sequence ? new ProtobufWriter().message(4, new ProtobufWriter().message(1, one)) : one;
  return new ProtobufWriter().string(1, port.name).message(2, type);
}
