import type { DType } from '../host-array.ts';
import type { Graph } from './graph.ts';

/**
 * A symbolic array: an ONNX tensor seen through a permutation and a broadcast, neither of which is computed until an op
 * needs it. TensorFlow.js convolutions are NHWC and ONNX's NCHW, so a value made by a convolution keeps its axes in
 * ONNX's order and element-wise ops, reductions and the next convolution work on it as it lies; `ones`, `zeros`, and the
 * gradients of sums and means stay scalars or thin arrays.
 *
 * `order[p]` is the logical axis stored at physical axis p. `stored` is the ONNX tensor's own shape; missing leading
 * axes count as 1, and a stored 1 where the logical size is larger is a broadcast still to be made.
 */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly order: readonly number[];
  readonly stored: readonly number[];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
export const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
export const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/** An axis counted from the end if negative, as TensorFlow.js lets kernels be called, counted from the front. */
export const axisOf = (axis: number, rank: number): number => (axis + rank) % rank;

/** A value stored as it is seen: logical order, nothing to broadcast. */
export function plain(name: string, dtype: DType, shape: readonly number[]): Value {
  return { name, dtype, shape, order: range(shape.length), stored: shape };
}

/** An array of `shape` holding one number everywhere; costs one scalar. */
export function uniform(graph: Graph, number: number, dtype: DType, shape: readonly number[]): Value {
  return { name: graph.scalar(number, dtype), dtype, shape, order: range(shape.length), stored: [] };
}

/** The number a `uniform` value holds, or undefined for any other value. */
export function uniformNumber(graph: Graph, value: Value): number | undefined {
  return graph.scalarValue(value.name);
}

/** Stored sizes at full rank: one per physical axis. */
export function physicalDims(value: Value): number[] {
  return [...Array<number>(value.shape.length - value.stored.length).fill(1), ...value.stored];
}

/** Stored sizes by logical axis: 1 where a broadcast is pending. */
export function logicalDims(value: Value): number[] {
  const physical = physicalDims(value);
  return value.shape.map((_, axis) => physical[value.order.indexOf(axis)]);
}

/** The same array stored in another axis order: a reshape where only axes of size 1 move, else a transpose. */
export function relayout(graph: Graph, value: Value, order: readonly number[]): Value {
  if (sameList(value.order, order)) return value;
  const from = physicalDims(value);
  const permutation = order.map((axis) => value.order.indexOf(axis));
  const stored = permutation.map((axis) => from[axis]);
  if (value.stored.length === 0) return { ...value, order };
  const moving = permutation.filter((axis) => from[axis] !== 1);
  if (moving.every((axis, index) => index === 0 || axis > moving[index - 1])) {
    return { ...value, name: reshapeTo(graph, value.name, value.stored, stored), order, stored };
  }
  const full = reshapeTo(graph, value.name, value.stored, from);
  return { ...value, name: graph.apply('Transpose', [full], { perm: permutation }), order, stored };
}

/** The same array with every pending broadcast made, stored in `order` (logical order unless told otherwise). */
export function dense(graph: Graph, value: Value, order: readonly number[] = range(value.shape.length)): Value {
  const laid = relayout(graph, value, order);
  const target = order.map((axis) => value.shape[axis]);
  if (sameList(laid.stored, target)) return laid;
  if (sizeOf(laid.stored) === sizeOf(target)) {
    return { ...laid, name: reshapeTo(graph, laid.name, laid.stored, target), stored: target };
  }
  return { ...laid, name: graph.apply('Expand', [laid.name, graph.int64s(target)]), stored: target };
}

/** Adds leading axes of size 1 up to `rank` (no node: ONNX pads ranks on the left). */
export function padRank(value: Value, rank: number): Value {
  const extra = rank - value.shape.length;
  if (extra <= 0) return value;
  return {
    ...value,
    shape: [...Array<number>(extra).fill(1), ...value.shape],
    order: [...range(extra), ...value.order.map((axis) => axis + extra)],
  };
}

/** Sees the array as `shape` by broadcasting (leading axes added where needed); no node. */
export function broadcastTo(value: Value, shape: readonly number[]): Value {
  return { ...padRank(value, shape.length), shape };
}

/** Logical axis i of the result is axis `permutation[i]` of `value`; no node. */
export function transpose(value: Value, permutation: readonly number[]): Value {
  return {
    ...value,
    shape: permutation.map((axis) => value.shape[axis]),
    order: value.order.map((axis) => permutation.indexOf(axis)),
  };
}

/** An ONNX Reshape node, or none where the shape is already right. */
export function reshapeTo(graph: Graph, name: string, from: readonly number[], to: readonly number[]): string {
  return sameList(from, to) ? name : graph.apply('Reshape', [name, graph.int64s(to)], { allowzero: 1 });
}

/** The shape NumPy broadcasting gives. @throws if two sizes differ and neither is 1. */
export function broadcastShapes(where: string, shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return range(rank).map((axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((candidate) => candidate !== 1) ?? 1;
    if (sizes.every((candidate) => candidate === 1 || candidate === size)) return size;
    const got = shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
    throw new Error(`${where}: shapes must broadcast, got ${got}`);
  });
}
