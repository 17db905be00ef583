import { backend_util as backendUtil, type AvgPoolAttrs, type MaxPoolAttrs } from '@tensorflow/tfjs-core';
import { typedArray, type Graph } from '../graph.ts';
import { dense, sizeOf, type Value } from '../value.ts';
import { arithmetic, cast, elementwise, unary } from '../elementwise.ts';
import { padImages, shifted } from './filter-gradient.ts';
import { lowering, type LoweringTable } from './lowering.ts';
import { convolveTransposed, images, NCHW, offsets, windowAttributes, windowOf, type Window } from './window.ts';

/** Max and average pooling over [B, H, W, C] and their gradients. Adaptive pooling to one cell is a mean. */
export const poolingKernels: LoweringTable = {
  MaxPool: lowering<MaxPoolAttrs>((graph, { x }, attrs) => pool(graph, 'MaxPool', x, poolWindow(x, attrs))),
  AvgPool: lowering<AvgPoolAttrs>((graph, { x }, attrs) => pool(graph, 'AveragePool', x, poolWindow(x, attrs))),
  MaxPoolGrad: lowering<MaxPoolAttrs>((graph, { dy, input, output }, attrs) => {
    const window = poolWindow(input, attrs);
    return graph.target === 'cpu'
      ? scatteredGradient(graph, dy, input, window)
      : comparedGradient(graph, dy, input, output, window);
  }),
  AvgPoolGrad: lowering<AvgPoolAttrs>((graph, { dy, input }, attrs) =>
    averagePoolGradient(graph, dy, poolWindow(input, attrs)),
  ),
};

function poolWindow(x: Value, { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs | AvgPoolAttrs): Window {
  const shape = x.shape as [number, number, number, number];
  return windowOf(backendUtil.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode));
}

function pool(graph: Graph, op: string, x: Value, window: Window): Value {
  const name = graph.apply(op, [dense(graph, x, NCHW).name], poolAttributes(window));
  return images(name, window.batch, window.output, window.outChannels);
}

/** Pooling windows are not dilated, and average pooling had no such attribute for long. */
function poolAttributes(window: Window) {
  const { kernel_shape, strides, pads } = windowAttributes(window);
  return { kernel_shape, strides, pads };
}

/** Each dy goes to the first largest element of its window, whose flat position ONNX's MaxPool gives. */
function scatteredGradient(graph: Graph, dy: Value, x: Value, window: Window): Value {
  const source = dense(graph, x, NCHW).name;
  const [, positions] = graph.applyMany('MaxPool', [source], poolAttributes(window), 2);
  const total = graph.int64s([sizeOf(x.shape)]);
  const zeros = graph.apply('Expand', [graph.scalar(0, 'float32'), total]);
  const flat = (name: string) => graph.apply('Reshape', [name, graph.int64s([-1])]);
  const updates = flat(dense(graph, dy, NCHW).name);
  const sums = graph.apply('ScatterElements', [zeros, flat(positions), updates], { axis: 0, reduction: 'add' });
  const stored = [window.batch, window.inChannels, ...window.input];
  const name = graph.apply('Reshape', [sums, graph.int64s(stored)]);
  return images(name, window.batch, window.input, window.inChannels);
}

/**
 * The same without positions, which the WebGPU provider cannot give: window offset after offset, x is compared with the
 * maximum, and the first offset to reach it takes dy, put back by a depthwise filter with a single 1.
 */
function comparedGradient(graph: Graph, dy: Value, x: Value, y: Value, window: Window): Value {
  const padded = padImages(graph, dense(graph, x, NCHW), window.before, window.after, -Infinity);
  const free: Value[] = [];
  const parts = offsets(window).map((offset, index) => {
    const equal = elementwise(graph, 'Equal', [shifted(graph, padded, offset, window), y], 'bool');
    const first = index === 0 ? equal : elementwise(graph, 'And', [equal, free[index - 1]], 'bool');
    const miss = unary(graph, 'Not', equal);
    free.push(index === 0 ? miss : elementwise(graph, 'And', [miss, free[index - 1]], 'bool'));
    const share = arithmetic(graph, 'Mul', dy, cast(graph, first, 'float32'));
    return convolveTransposed(graph, share, placingFilter(graph, window, index), window, window.inChannels);
  });
  return parts.reduce((sum, part) => arithmetic(graph, 'Add', sum, part));
}

/** [C, 1, h, w] with a 1 at one offset. */
function placingFilter(graph: Graph, window: Window, offset: number): string {
  const area = sizeOf(window.size);
  const shape = [window.inChannels, 1, ...window.size];
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, index) => (index % area === offset ? 1 : 0));
  return graph.tensor('float32', shape, data);
}

/** Each dy is spread evenly over its whole window: the adjoint of a depthwise filter of 1 / (h w). */
function averagePoolGradient(graph: Graph, dy: Value, window: Window): Value {
  const shape = [window.inChannels, 1, ...window.size];
  const weight = 1 / sizeOf(window.size);
  const filter = graph.tensor('float32', shape, typedArray('float32', Array<number>(sizeOf(shape)).fill(weight)));
  return convolveTransposed(graph, dy, filter, window, window.inChannels);
}
