import {
  backend_util as backendUtil,
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
} from '@tensorflow/tfjs-core';
import type { Graph } from '../graph.ts';
import { dense, transpose, type Value } from '../value.ts';
import { convolve, convolveTransposed, NCHW, type Window, windowOf } from './window.ts';
import { filterGradient } from './filter-gradient.ts';
import { lowering, type LoweringTable } from './lowering.ts';
import { reverse } from './shape.ts';

/**
 * Convolutions and their gradients. TensorFlow.js's arrays are NHWC and its filters [h, w, in, out]; ONNX's are NCHW and
 * [out, in, h, w]. Operands are seen through the permutation, so a chain of convolutions transposes nothing.
 */
export const convolutionKernels: LoweringTable = {
  Conv2D: lowering<Conv2DAttrs>((graph, { x, filter }, attrs) => {
    const image = channelsLast(x, attrs.dataFormat);
    const window = convolutionWindow(image.shape, filter.shape, attrs);
    return fromChannelsLast(convolve(graph, image, filterOperand(graph, filter), window, 1), attrs.dataFormat);
  }),
  Conv2DBackpropInput: lowering<Conv2DBackpropInputAttrs>((graph, { dy, filter }, attrs) => {
    const shape = attrs.dataFormat === 'NCHW' ? permuted(attrs.inputShape, [0, 2, 3, 1]) : attrs.inputShape;
    const window = convolutionWindow(shape, filter.shape, attrs);
    return fromChannelsLast(inputGradient(graph, channelsLast(dy, attrs.dataFormat), filter, window), attrs.dataFormat);
  }),
  Conv2DBackpropFilter: lowering<Conv2DBackpropFilterAttrs>((graph, { x, dy }, attrs) => {
    const image = channelsLast(x, attrs.dataFormat);
    const window = convolutionWindow(image.shape, attrs.filterShape, attrs);
    return filterGradient(graph, image, channelsLast(dy, attrs.dataFormat), window);
  }),
};

const permuted = (list: readonly number[], order: readonly number[]): number[] => order.map((axis) => list[axis]);

/** The same images with the channels last; no node. */
function channelsLast(x: Value, dataFormat: string | undefined): Value {
  return dataFormat === 'NCHW' ? transpose(x, [0, 2, 3, 1]) : x;
}

function fromChannelsLast(x: Value, dataFormat: string | undefined): Value {
  return dataFormat === 'NCHW' ? transpose(x, [0, 3, 1, 2]) : x;
}

interface ConvolutionAttrs {
  readonly strides: [number, number] | number;
  readonly pad: Conv2DAttrs['pad'];
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: Conv2DAttrs['dimRoundingMode'];
}

function convolutionWindow(x: readonly number[], filter: readonly number[], attrs: ConvolutionAttrs): Window {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  type Shape = [number, number, number, number];
  return windowOf(
    backendUtil.computeConv2DInfo(x as Shape, filter as Shape, strides, dilations ?? 1, pad, dimRoundingMode),
  );
}

/** A filter [h, w, in, out] as the ONNX name of [out, in, h, w]. */
function filterOperand(graph: Graph, filter: Value): string {
  return dense(graph, filter, [3, 2, 0, 1]).name;
}

/**
 * dx = dy convolved with the filter turned by half a turn, in and out exchanged. With stride 1 that is an ordinary
 * convolution, which ONNX Runtime does several times faster than ConvTranspose; a longer stride needs ConvTranspose.
 */
function inputGradient(graph: Graph, dy: Value, filter: Value, window: Window): Value {
  if (window.stride.every((step) => step === 1)) {
    const turned = transpose(reverse(graph, filter, [0, 1]), [0, 1, 3, 2]);
    return convolve(graph, dy, filterOperand(graph, turned), mirrored(window), 1);
  }
  return convolveTransposed(graph, dense(graph, dy, NCHW), filterOperand(graph, filter), window, 1);
}

/** The window that leads from the output of a stride-1 window back to its input. */
export function mirrored(window: Window): Window {
  const reach = window.size.map((size, axis) => (size - 1) * window.dilation[axis]);
  return {
    ...window,
    before: window.before.map((before, axis) => reach[axis] - before),
    after: window.after.map((after, axis) => reach[axis] - after),
    input: window.output,
    output: window.input,
    inChannels: window.outChannels,
    outChannels: window.inChannels,
  };
}
