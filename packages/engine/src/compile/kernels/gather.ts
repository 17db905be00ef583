import type { GatherV2Attrs, OneHotAttrs, ScatterNdAttrs, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import { cast, elementwise, moveAxis, scalarLike, select } from '../elementwise.ts';
import { typedArray, type Graph } from '../graph.ts';
import { reshape } from '../reshape.ts';
import { axisOf, dense, plain, range, uniform, type Value } from '../value.ts';
import { lowering, type LoweringTable } from './lowering.ts';

/** Kernels that read or add at computed positions. Indices must lie in range: ONNX Runtime reports those that do not. */
export const gatherKernels: LoweringTable = {
  GatherV2: lowering<GatherV2Attrs>((graph, { x, indices }, { axis, batchDims }) => {
    const at = axisOf(axis, x.shape.length);
    return batchDims === 0 ? gather(graph, x, indices, at) : batchGather(graph, x, indices, at, batchDims);
  }),
  GatherNd: (graph, { params, indices }) => gatherNd(graph, params, indices, 0),
  ScatterNd: lowering<ScatterNdAttrs>((graph, { indices, updates }, { shape }) =>
    scatterAdd(graph, indices, updates, shape),
  ),
  TensorScatterUpdate: (graph, { tensor, indices, updates }) =>
    scatter(graph, tensor, indices, updates, { reduction: 'none' }),
  UnsortedSegmentSum: lowering<UnsortedSegmentSumAttrs>((graph, { x, segmentIds }, { numSegments }) => {
    const indices = reshape(graph, segmentIds, [...segmentIds.shape, 1]);
    return scatterAdd(graph, indices, x, [numSegments, ...x.shape.slice(segmentIds.shape.length)]);
  }),
  OneHot: lowering<OneHotAttrs>((graph, { indices }, attrs) => oneHot(graph, indices, attrs)),
};

/** x[..., indices, ...] along `axis`. */
function gather(graph: Graph, x: Value, indices: Value, axis: number): Value {
  const [table, places] = [dense(graph, x), dense(graph, cast(graph, indices, 'int32'))];
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return plain(graph.apply('Gather', [table.name, places.name], { axis }), x.dtype, shape);
}

/** The first `batchDims` axes of x and indices are matched; `axis` is brought next to them, read, and put back. */
function batchGather(graph: Graph, x: Value, indices: Value, axis: number, batchDims: number): Value {
  const places = reshape(graph, indices, [...indices.shape, 1]);
  const gathered = gatherNd(graph, moveAxis(x, axis, batchDims), places, batchDims);
  const rank = gathered.shape.length;
  const ids = range(indices.shape.length - batchDims).map((item) => item + batchDims);
  const rest = range(rank).filter((item) => item >= indices.shape.length);
  const between = rest.splice(0, axis - batchDims);
  const order = [...range(batchDims), ...between, ...ids, ...rest];
  return {
    ...gathered,
    shape: order.map((item) => gathered.shape[item]),
    order: gathered.order.map((item) => order.indexOf(item)),
  };
}

function gatherNd(graph: Graph, x: Value, indices: Value, batchDims: number): Value {
  const places = int64(graph, indices);
  const name = graph.apply('GatherND', [dense(graph, x).name, places], { batch_dims: batchDims });
  return plain(name, x.dtype, [...indices.shape.slice(0, -1), ...x.shape.slice(batchDims + indices.shape.at(-1)!)]);
}

/** Zeros of `shape` with every update added at its index; indices that repeat add up. */
function scatterAdd(graph: Graph, indices: Value, updates: Value, shape: readonly number[]): Value {
  return scatter(graph, uniform(graph, 0, updates.dtype, shape), indices, updates, { reduction: 'add' });
}

function scatter(
  graph: Graph,
  into: Value,
  indices: Value,
  updates: Value,
  attributes: { readonly reduction: string },
): Value {
  const names = [dense(graph, into).name, int64(graph, indices), dense(graph, updates).name];
  return plain(graph.apply('ScatterND', names, attributes), updates.dtype, into.shape);
}

function int64(graph: Graph, indices: Value): string {
  return graph.apply('Cast', [dense(graph, indices).name], { to: 7 });
}

/** indices[...] == 0 .. depth - 1 ? on : off; an index out of range gives a row of `off`, as in TensorFlow.js. */
function oneHot(graph: Graph, indices: Value, { depth, onValue, offValue, dtype }: OneHotAttrs): Value {
  const type = dtype as Value['dtype'];
  const classes = plain(graph.tensor('int32', [depth], typedArray('int32', range(depth))), 'int32', [depth]);
  const column = reshape(graph, cast(graph, indices, 'int32'), [...indices.shape, 1]);
  const hit = elementwise(graph, 'Equal', [column, classes], 'bool');
  const number = uniform(graph, onValue, type, []);
  if (onValue === 1 && offValue === 0) return cast(graph, hit, type);
  return select(graph, hit, number, scalarLike(graph, number, offValue));
}
