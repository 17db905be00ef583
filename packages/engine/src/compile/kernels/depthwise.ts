import {
  backend_util as backendUtil,
  type DepthwiseConv2dNativeAttrs,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropInputAttrs,
} from '@tensorflow/tfjs-core';
import { arithmetic } from '../elementwise.ts';
import type { Graph } from '../graph.ts';
import { reshape } from '../reshape.ts';
import { dense, type Value } from '../value.ts';
import { mirrored } from './convolution.ts';
import { padImages, shifted } from './filter-gradient.ts';
import { lowering, type LoweringTable } from './lowering.ts';
import { reduce } from './reduce.ts';
import { concat, reverse } from './shape.ts';
import { convolve, convolveTransposed, NCHW, offsets, windowOf, type Window } from './window.ts';

/** Depthwise convolutions: filters [h, w, C, M], each channel giving M of its own. */
export const depthwiseKernels: LoweringTable = {
  DepthwiseConv2dNative: lowering<DepthwiseConv2dNativeAttrs>((graph, { x, filter }, attrs) => {
    const window = depthwiseWindow(x.shape, filter.shape, attrs);
    return convolve(graph, x, filterOperand(graph, filter), window, window.inChannels);
  }),
  DepthwiseConv2dNativeBackpropInput: lowering<DepthwiseConv2dNativeBackpropInputAttrs>(
    (graph, { dy, filter }, attrs) =>
      inputGradient(graph, dy, filter, depthwiseWindow(attrs.inputShape, filter.shape, attrs)),
  ),
  DepthwiseConv2dNativeBackpropFilter: lowering<DepthwiseConv2dNativeBackpropFilterAttrs>((graph, { x, dy }, attrs) =>
    filterGradient(graph, x, dy, depthwiseWindow(x.shape, attrs.filterShape, attrs)),
  ),
};

interface DepthwiseAttrs {
  readonly strides: [number, number] | number;
  readonly pad: DepthwiseConv2dNativeAttrs['pad'];
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: DepthwiseConv2dNativeAttrs['dimRoundingMode'];
}

function depthwiseWindow(x: readonly number[], filter: readonly number[], attrs: DepthwiseAttrs): Window {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  type Shape = [number, number, number, number];
  return windowOf(
    backendUtil.computeConv2DInfo(x as Shape, filter as Shape, strides, dilations ?? 1, pad, dimRoundingMode, true),
  );
}

/** A filter [h, w, C, M] as the ONNX name of [C M, 1, h, w]. */
function filterOperand(graph: Graph, filter: Value): string {
  const [rows, columns, channels, multiplier] = filter.shape;
  const merged = reshape(graph, filter, [rows, columns, 1, channels * multiplier]);
  return dense(graph, merged, [3, 2, 0, 1]).name;
}

/** With stride 1 and one output a channel: dy convolved with the filter turned by half a turn. */
function inputGradient(graph: Graph, dy: Value, filter: Value, window: Window): Value {
  const simple = window.stride.every((step) => step === 1) && filter.shape[3] === 1;
  if (!simple) return convolveTransposed(graph, dy, filterOperand(graph, filter), window, window.inChannels);
  return convolve(graph, dy, filterOperand(graph, reverse(graph, filter, [0, 1])), mirrored(window), window.inChannels);
}

/** dW[k, c, m] = sum over images and positions of x shifted by k, times dy. */
function filterGradient(graph: Graph, x: Value, dy: Value, window: Window): Value {
  const multiplier = window.outChannels / window.inChannels;
  const padded = padImages(graph, dense(graph, x, NCHW), window.before, window.after);
  const slopes = reshape(graph, dy, [window.batch, ...window.output, window.inChannels, multiplier]);
  const rows = offsets(window).map((offset) => {
    const seen = shifted(graph, padded, offset, window);
    const products = arithmetic(graph, 'Mul', reshape(graph, seen, [...seen.shape, 1]), slopes);
    return reduce(graph, 'ReduceSum', products, [0, 1, 2], false);
  });
  const stacked = rows.map((row) => reshape(graph, row, [1, ...row.shape]));
  return reshape(graph, concat(graph, stacked, 0), [...window.size, window.inChannels, multiplier]);
}
