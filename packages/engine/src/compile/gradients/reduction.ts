import {
  cast,
  cumprod,
  cumsum,
  div,
  equal,
  expandDims,
  matMul,
  max,
  min,
  mul,
  oneHot,
  reshape,
  sum,
  transpose,
  util,
  type CumsumAttrs,
  type MaxAttrs,
  type SumAttrs,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Correction } from './correction.ts';

/** Extremes, products, running sums and the k largest. */
export const reductionGradients: readonly Correction[] = [
  {
    kernelName: 'Max',
    symptom: 'gives all of dy to each of several equal maxima',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => extreme(dy as Tensor, x, max, (attrs as unknown as MaxAttrs).reductionIndices),
    }),
  },
  {
    kernelName: 'Min',
    symptom: 'gives all of dy to each of several equal minima',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => extreme(dy as Tensor, x, min, (attrs as unknown as SumAttrs).axis) }),
  },
  {
    kernelName: 'Prod',
    symptom: 'calls methods that are not there unless TensorFlow.js is imported in another way',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => product(dy as Tensor, x, (attrs as unknown as SumAttrs).axis) }),
  },
  {
    kernelName: 'Cumsum',
    symptom: 'transposes the gradient along any but the last axis',
    gradFunc: (dy, _, attrs) => {
      const { axis, exclusive, reverse } = attrs as unknown as CumsumAttrs;
      return { x: () => cumsum(dy as Tensor, axis, exclusive, !reverse) };
    },
  },
  {
    kernelName: 'TopK',
    symptom: 'has no gradient',
    inputsToSave: ['x'],
    outputsToSave: [false, true],
    gradFunc: (dys, [x, indices]) => ({ x: () => backToPlaces((dys as Tensor[])[0], x, indices) }),
  },
];

/** dy shared evenly among the elements that reach the extreme, as torch.amax does it. */
function extreme(dy: Tensor, x: Tensor, reduce: typeof max, axis: number | number[]): Tensor {
  const axes = util.parseAxisParam(axis, x.shape);
  const reached = cast(equal(x, reduce(x, axes, true)), 'float32');
  return mul(reached, div(reshape(dy, keptShape(x, axes)), sum(reached, axes, true)));
}

/** dy times the product of the other elements, which is right where elements are zero. */
function product(dy: Tensor, x: Tensor, axis: number | number[]): Tensor {
  const axes = util.parseAxisParam(axis, x.shape);
  const rest = x.shape.map((_, item) => item).filter((item) => !axes.includes(item));
  const order = [...rest, ...axes];
  const moved = transpose(x, order);
  const rows = reshape(moved, [util.sizeFromShape(rest.map((item) => x.shape[item])), -1]);
  const others = mul(cumprod(rows, 1, true, false), cumprod(rows, 1, true, true));
  const slopes = mul(others, reshape(dy, [rows.shape[0], 1]));
  return transpose(
    reshape(slopes, moved.shape),
    order.map((_, item) => order.indexOf(item)),
  );
}

/** dy [..., k] put at indices [..., k] of zeros shaped as x [..., n]; no index occurs twice. */
function backToPlaces(dy: Tensor, x: Tensor, indices: Tensor): Tensor {
  const places = oneHot(cast(indices, 'int32'), x.shape.at(-1)!); // [..., k, n]
  return reshape(matMul(expandDims(dy, -2), cast(places, 'float32')), x.shape);
}

const keptShape = (x: Tensor, axes: readonly number[]): number[] =>
  x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
