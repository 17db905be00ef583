import type { ArgMaxAttrs, CumsumAttrs, MaxAttrs, SoftmaxAttrs, SumAttrs, TopKAttrs } from '@tensorflow/tfjs-core';
import { arithmetic, cast, isStoredWhole, scalarLike, unary } from '../elementwise.ts';
import type { Graph } from '../graph.ts';
import {
  axisOf,
  dense,
  logicalDims,
  physicalDims,
  plain,
  range,
  relayout,
  reshapeTo,
  sizeOf,
  uniform,
  type Value,
} from '../value.ts';
import { concat, sliceAxis } from './shape.ts';
import { lowering, type Lowering, type LoweringTable } from './lowering.ts';

/** Reductions over axes, softmax, arg-max, top-k and running sums. */
export const reduceKernels: LoweringTable = {
  Sum: lowering<SumAttrs>((graph, { x }, attrs) => {
    const axes = axesOf(attrs.axis, x);
    const number = cast(graph, x, x.dtype === 'bool' ? 'int32' : x.dtype);
    return timesPending(graph, reduce(graph, 'ReduceSum', number, axes, attrs.keepDims), number, axes);
  }),
  Mean: reduction('ReduceMean'),
  Max: lowering<MaxAttrs>((graph, { x }, { reductionIndices, keepDims }) =>
    reduce(graph, 'ReduceMax', x, axesOf(reductionIndices, x), keepDims),
  ),
  Min: reduction('ReduceMin'),
  Prod: lowering<SumAttrs>((graph, { x }, attrs) =>
    reduce(graph, 'ReduceProd', dense(graph, x, x.order), axesOf(attrs.axis, x), attrs.keepDims),
  ),
  All: truth('ReduceMin'),
  Any: truth('ReduceMax'),
  Softmax: lowering<SoftmaxAttrs>((graph, { logits }, { dim }) => softmax(graph, logits, dim)),
  ArgMax: lowering<ArgMaxAttrs>((graph, { x }, { axis }) => argument(graph, 'ArgMax', x, axis)),
  ArgMin: lowering<ArgMaxAttrs>((graph, { x }, { axis }) => argument(graph, 'ArgMin', x, axis)),
  TopK: lowering<TopKAttrs>((graph, { x }, attrs) => topK(graph, x, attrs)),
  Cumprod: lowering<CumsumAttrs>((graph, { x }, attrs) => cumulativeProduct(graph, x, attrs)),
  Cumsum: lowering<CumsumAttrs>((graph, { x }, attrs) => cumulativeSum(graph, x, attrs)),
};

function reduction(op: string): Lowering {
  return lowering<SumAttrs>((graph, { x }, { axis, keepDims }) => reduce(graph, op, x, axesOf(axis, x), keepDims));
}

/** All is the minimum of truth values, any their maximum. */
function truth(op: string): Lowering {
  return lowering<SumAttrs>((graph, { x }, { axis, keepDims }) =>
    cast(graph, reduce(graph, op, cast(graph, x, 'int32'), axesOf(axis, x), keepDims), 'bool'),
  );
}

/** Axis attributes as TensorFlow.js gives them (a number, a list, negative, or absent for all), made plain. */
function axesOf(axis: number | number[] | null | undefined, x: Value): number[] {
  const rank = x.shape.length;
  if (axis === null || axis === undefined) return range(rank);
  return (Array.isArray(axis) ? axis : [axis]).map((item) => axisOf(item, rank));
}

/** Reduces the stored axes that hold `axes`; an axis whose broadcast is pending is reduced as the one element it is. */
export function reduce(graph: Graph, op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const dims = physicalDims(x);
  const offset = dims.length - x.stored.length;
  const physical = axes.map((axis) => x.order.indexOf(axis));
  const proper = physical.filter((axis) => dims[axis] !== 1).map((axis) => axis - offset);
  const reducedDims = dims.map((size, axis) => (physical.includes(axis) ? 1 : size));
  let name = x.name;
  let stored = x.stored;
  if (proper.length > 0) {
    name = graph.apply(op, [name, graph.int64s(proper.sort((a, b) => a - b))], { keepdims: 1 });
    stored = reducedDims.slice(offset);
  }
  const kept = { ...x, name, stored, shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) };
  return keepDims ? kept : dropAxes(graph, kept, axes);
}

/** Removes logical axes of size 1. */
function dropAxes(graph: Graph, x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  const left = range(x.shape.length).filter((axis) => !axes.includes(axis));
  const dims = physicalDims(x);
  const order = x.order.filter((axis) => !axes.includes(axis)).map((axis) => left.indexOf(axis));
  const shape = left.map((axis) => x.shape[axis]);
  if (x.stored.length === 0) return { ...x, shape, order };
  const stored = dims.filter((_, position) => !axes.includes(x.order[position]));
  return { ...x, name: reshapeTo(graph, x.name, x.stored, stored), shape, order, stored };
}

/** A sum over an axis whose broadcast is pending is that many times the element. */
function timesPending(graph: Graph, sum: Value, x: Value, axes: readonly number[]): Value {
  const dims = logicalDims(x);
  const times = sizeOf(axes.map((axis) => x.shape[axis] / dims[axis]));
  return times === 1 ? sum : arithmetic(graph, 'Mul', sum, scalarLike(graph, sum, times));
}

function softmax(graph: Graph, logits: Value, dim: number): Value {
  const whole = dense(graph, logits, logits.order);
  const axis = whole.order.indexOf(axisOf(dim, logits.shape.length));
  return unary(graph, 'Softmax', whole, { axis });
}

function argument(graph: Graph, op: string, x: Value, along: number): Value {
  const whole = dense(graph, x);
  const [axis] = axesOf(along, x);
  const int64 = graph.apply(op, [whole.name], { axis, keepdims: 0 });
  const shape = x.shape.filter((_, index) => index !== axis);
  return plain(graph.apply('Cast', [int64], { to: 6 }), 'int32', shape);
}

/** The k largest of the last axis, in descending order: [values, indices]. */
function topK(graph: Graph, x: Value, { k, sorted }: TopKAttrs): Value[] {
  const whole = dense(graph, x);
  const attributes = { axis: -1, largest: 1, sorted: sorted ? 1 : 0 };
  const [values, indices] = graph.applyMany('TopK', [whole.name, graph.int64s([k])], attributes, 2);
  const shape = [...x.shape.slice(0, -1), k];
  return [plain(values, x.dtype, shape), plain(graph.apply('Cast', [indices], { to: 6 }), 'int32', shape)];
}

function cumulativeSum(graph: Graph, x: Value, { axis, exclusive, reverse }: CumsumAttrs): Value {
  const whole = isStoredWhole(x) ? relayout(graph, x, x.order) : dense(graph, x, x.order);
  const position = uniform(graph, whole.order.indexOf(axisOf(axis, x.shape.length)), 'int32', []);
  const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
  return { ...whole, name: graph.apply('CumSum', [whole.name, position.name], attributes) };
}

/**
 * Running products by doubling: after the step of width w every element holds the product of itself and the 2w - 1 before
 * it. log2(n) products; ONNX has no such op.
 */
function cumulativeProduct(graph: Graph, x: Value, { axis: along, exclusive, reverse }: CumsumAttrs): Value {
  const axis = axisOf(along, x.shape.length);
  const size = x.shape[axis];
  let result = exclusive ? shift(graph, x, axis, 1, reverse) : x;
  for (let width = 1; width < size; width *= 2) {
    result = arithmetic(graph, 'Mul', result, shift(graph, result, axis, width, reverse));
  }
  return result;
}

/** Moves elements `by` places along `axis` (backwards if `reverse`), letting ones in. */
function shift(graph: Graph, x: Value, axis: number, by: number, reverse: boolean): Value {
  const ones = uniform(graph, 1, x.dtype, x.shape.with(axis, by));
  const size = x.shape[axis];
  const kept = reverse ? sliceAxis(graph, x, axis, by, size) : sliceAxis(graph, x, axis, 0, size - by);
  return concat(graph, reverse ? [kept, ones] : [ones, kept], axis);
}
