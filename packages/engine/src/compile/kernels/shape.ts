import type {
  ConcatAttrs,
  ExpandDimsAttrs,
  FillAttrs,
  MirrorPadAttrs,
  PackAttrs,
  PadV2Attrs,
  RangeAttrs,
  ReshapeAttrs,
  ReverseAttrs,
  SliceAttrs,
  SplitVAttrs,
  StridedSliceAttrs,
  TileAttrs,
  TransposeAttrs,
  UnpackAttrs,
} from '@tensorflow/tfjs-core';
import { slice_util as sliceUtil, backend_util as backendUtil } from '@tensorflow/tfjs-core';
import type { DType } from '../../host-array.ts';
import { typedArray, type Graph } from '../graph.ts';
import { reshape } from '../reshape.ts';
import {
  axisOf,
  broadcastTo,
  dense,
  logicalDims,
  physicalDims,
  plain,
  range,
  transpose,
  uniform,
  uniformNumber,
  type Value,
} from '../value.ts';
import { lowering, type LoweringTable } from './lowering.ts';

/** Kernels that move, copy or make elements without computing with them. */
export const shapeKernels: LoweringTable = {
  Reshape: lowering<ReshapeAttrs>((graph, { x }, { shape }) => reshape(graph, x, inferred(x, shape))),
  ExpandDims: lowering<ExpandDimsAttrs>((graph, { input }, { dim }) => {
    const axis = dim < 0 ? dim + input.shape.length + 1 : dim;
    return reshape(graph, input, input.shape.toSpliced(axis, 0, 1));
  }),
  Transpose: lowering<TransposeAttrs>((_, { x }, { perm }) => transpose(x, perm)),
  Concat: lowering<ConcatAttrs>((graph, inputs, { axis }) => {
    const parts = Object.values(inputs);
    return concat(graph, parts, axisOf(axis, parts[0].shape.length));
  }),
  Pack: lowering<PackAttrs>((graph, inputs, { axis }) => {
    const items = Object.values(inputs);
    const at = axisOf(axis, items[0].shape.length + 1);
    return concat(
      graph,
      items.map((item) => reshape(graph, item, item.shape.toSpliced(at, 0, 1))),
      at,
    );
  }),
  Unpack: lowering<UnpackAttrs>((graph, { value }, { axis }) => {
    const at = axisOf(axis, value.shape.length);
    return range(value.shape[at]).map((index) =>
      reshape(graph, sliceAxis(graph, value, at, index, index + 1), value.shape.toSpliced(at, 1)),
    );
  }),
  Slice: lowering<SliceAttrs>((graph, { x }, attrs) => {
    const [begin, size] = sliceUtil.parseSliceParams(shaped(x), attrs.begin, attrs.size);
    return slice(
      graph,
      x,
      begin,
      begin.map((start, axis) => start + size[axis]),
    );
  }),
  StridedSlice: lowering<StridedSliceAttrs>((graph, { x }, attrs) => stridedSlice(graph, x, attrs)),
  SplitV: lowering<SplitVAttrs>((graph, { x }, { numOrSizeSplits, axis }) => {
    const at = axisOf(axis, x.shape.length);
    const sizes = backendUtil.prepareSplitSize(shaped(x), numOrSizeSplits, at);
    let end = 0;
    return sizes.map((size) => sliceAxis(graph, x, at, end, (end += size)));
  }),
  PadV2: lowering<PadV2Attrs>((graph, { x }, { paddings, constantValue }) =>
    pad(graph, x, paddings, { mode: 'constant', value: constantValue }),
  ),
  MirrorPad: lowering<MirrorPadAttrs>((graph, { x }, { paddings, mode }) => mirrorPad(graph, x, paddings, mode)),
  Tile: lowering<TileAttrs>((graph, { x }, { reps }) => tile(graph, x, reps)),
  Reverse: lowering<ReverseAttrs>((graph, { x }, { dims }) => reverse(graph, x, [dims].flat())),
  Fill: lowering<FillAttrs>((graph, _, { shape, value, dtype }) =>
    uniform(graph, Number(value), (dtype ?? 'float32') as DType, shape),
  ),
  ZerosLike: (graph, { x }) => uniform(graph, 0, x.dtype, x.shape),
  OnesLike: (graph, { x }) => uniform(graph, 1, x.dtype, x.shape),
  Range: lowering<RangeAttrs>((graph, _, { start, stop, step, dtype }) => {
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const values = range(length).map((index) => start + index * step);
    return plain(graph.tensor(dtype, [length], typedArray(dtype, values)), dtype, [length]);
  }),
  LinSpace: lowering<{ start: number; stop: number; num: number }>((graph, _, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    const values = range(num).map((index) => start + index * step);
    return plain(graph.tensor('float32', [num], Float32Array.from(values)), 'float32', [num]);
  }),
};

/** What TensorFlow.js's own shape helpers read of a tensor. */
const shaped = (x: Value) => ({ shape: [...x.shape], dtype: x.dtype, rank: x.shape.length, dataId: {} }) as never;

function inferred(x: Value, shape: readonly number[]): number[] {
  const total = x.shape.reduce((a, b) => a * b, 1);
  const known = shape.filter((size) => size >= 0).reduce((a, b) => a * b, 1);
  return shape.map((size) => (size < 0 ? total / known : size));
}

/** Joins along `axis`, in the storage order of the first input. */
export function concat(graph: Graph, inputs: readonly Value[], axis: number): Value {
  const parts = inputs.filter((input) => input.shape[axis] !== 0);
  if (parts.length < 2) return parts[0] ?? inputs[0];
  const { order, dtype } = parts[0];
  const laid = parts.map((part) => dense(graph, part, order));
  const name = graph.apply(
    'Concat',
    laid.map((part) => part.name),
    { axis: order.indexOf(axis) },
  );
  const total = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  const shape = parts[0].shape.with(axis, total);
  return { name, dtype, shape, order, stored: order.map((item) => shape[item]) };
}

/** x[begin .. end) with steps; axes whose broadcast is pending are only renamed. */
export function slice(
  graph: Graph,
  x: Value,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[] = begin.map(() => 1),
): Value {
  const shape = begin.map((start, axis) => Math.max(0, Math.ceil((end[axis] - start) / strides[axis])));
  const sizes = logicalDims(x);
  const cut = range(shape.length).filter((axis) => shape[axis] !== x.shape[axis] || strides[axis] < 0);
  const proper = cut.filter((axis) => sizes[axis] !== 1 || shape[axis] === 0);
  if (proper.length === 0) return { ...x, shape };
  const full = x.stored.length === x.shape.length ? x : dense(graph, x, x.order);
  const lists = [begin, end.map((stop) => (stop < 0 ? -(2 ** 31) : stop)), proper, strides].map((list, index) =>
    graph.int64s(proper.map((axis) => (index === 2 ? full.order.indexOf(axis) : list[axis]))),
  );
  const stored = physicalDims(full).map((size, position) => {
    const axis = full.order[position];
    return proper.includes(axis) ? shape[axis] : size;
  });
  return { ...full, name: graph.apply('Slice', [full.name, ...lists]), shape, stored };
}

export function sliceAxis(graph: Graph, x: Value, axis: number, start: number, stop: number): Value {
  return slice(graph, x, range(x.shape.length).fill(0).with(axis, start), x.shape.with(axis, stop));
}

function stridedSlice(graph: Graph, x: Value, attrs: StridedSliceAttrs): Value {
  const info = sliceUtil.sliceInfo(
    [...x.shape],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
  return reshape(graph, slice(graph, x, info.begin, info.end, info.strides), info.finalShape);
}

export function reverse(graph: Graph, x: Value, dims: readonly number[]): Value {
  const axes = dims.map((axis) => axisOf(axis, x.shape.length));
  const flip = (axis: number, flipped: number, kept: number) => (axes.includes(axis) ? flipped : kept);
  return slice(
    graph,
    x,
    x.shape.map((size, axis) => flip(axis, size - 1, 0)),
    x.shape.map((size, axis) => flip(axis, -1, size)),
    x.shape.map((_, axis) => flip(axis, -1, 1)),
  );
}

type Padding = { readonly mode: 'constant'; readonly value: number } | { readonly mode: 'reflect' };

export function pad(graph: Graph, x: Value, paddings: readonly (readonly [number, number])[], how: Padding): Value {
  const shape = x.shape.map((size, axis) => size + paddings[axis][0] + paddings[axis][1]);
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  if (how.mode === 'constant' && uniformNumber(graph, x) === how.value) return { ...x, shape };
  const whole = dense(graph, x, x.order);
  const pads = [0, 1].flatMap((side) => whole.order.map((axis) => paddings[axis][side]));
  const inputs = [whole.name, graph.int64s(pads)];
  if (how.mode === 'constant') inputs.push(graph.scalar(how.value, x.dtype));
  const stored = whole.order.map((axis) => shape[axis]);
  return { ...whole, name: graph.apply('Pad', inputs, { mode: how.mode }), shape, stored };
}

/** `reflect` leaves the edge out; `symmetric` repeats it, which ONNX cannot do in one node: reversed strips are joined. */
function mirrorPad(graph: Graph, x: Value, paddings: readonly [number, number][], mode: string): Value {
  if (mode === 'reflect') return pad(graph, x, paddings, { mode });
  return paddings.reduce((value, [before, after], axis) => {
    const size = value.shape[axis];
    const head = reverse(graph, sliceAxis(graph, value, axis, 0, before), [axis]);
    const tail = reverse(graph, sliceAxis(graph, value, axis, size - after, size), [axis]);
    return concat(graph, [head, value, tail], axis);
  }, x);
}

/** Repeats the array; repeating an axis of size 1 is a broadcast and makes no node. */
function tile(graph: Graph, x: Value, reps: readonly number[]): Value {
  const padded = broadcastTo(x, [...Array<number>(reps.length - x.shape.length).fill(1), ...x.shape]);
  const shape = padded.shape.map((size, axis) => size * reps[axis]);
  if (padded.shape.every((size, axis) => size === 1 || reps[axis] === 1)) return { ...padded, shape };
  const whole = dense(graph, padded, padded.order);
  const repeats = whole.order.map((axis) => reps[axis]);
  const stored = whole.order.map((axis) => shape[axis]);
  return { ...whole, name: graph.apply('Tile', [whole.name, graph.int64s(repeats)]), shape, stored };
}
