import {
  addN,
  backend_util as backendUtil,
  concat,
  conv2d,
  getGradient,
  mul,
  pad,
  reshape,
  reverse,
  slice,
  sum,
  transpose,
  type Conv2DAttrs,
  type GradFunc,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { offsets, windowOf, type Window } from '../kernels/window.ts';
import type { Correction } from './correction.ts';

const symptom = 'refuses dilations above 1';

/** Gradients of dilated convolutions; TensorFlow.js allows a dilation only with stride 1. */
export const convolutionGradients: readonly Correction[] = [
  dilatedToo('Conv2D', (dy, x, filter, attrs) => {
    if (attrs.dataFormat === 'NCHW') throw new Error('gradient of a dilated conv2d: needs dataFormat NHWC, got NCHW');
    const window = convolutionWindow(x, filter, attrs, false);
    return { x: () => inputGradient(dy, filter, window), filter: () => filterGradient(dy, x, window) };
  }),
  dilatedToo('DepthwiseConv2dNative', (dy, x, filter, attrs) => {
    const window = convolutionWindow(x, filter, attrs, true);
    return { x: () => depthwiseInput(dy, filter, window), filter: () => depthwiseFilter(dy, x, window) };
  }),
];

type Dilated = (dy: Tensor4D, x: Tensor4D, filter: Tensor4D, attrs: Conv2DAttrs) => ReturnType<GradFunc>;

/** TensorFlow.js's own gradient, and `dilated` where it would refuse. */
function dilatedToo(kernelName: string, dilated: Dilated): Correction {
  const { gradFunc } = getGradient(kernelName);
  return {
    kernelName,
    symptom,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as Tensor4D[];
      const convolution = attrs as unknown as Conv2DAttrs;
      const plain = [convolution.dilations ?? 1].flat().every((step) => step === 1);
      return plain ? gradFunc(dy, saved, attrs) : dilated(dy as Tensor4D, x, filter, convolution);
    },
  };
}

function convolutionWindow(x: Tensor4D, filter: Tensor4D, attrs: Conv2DAttrs, depthwise: boolean): Window {
  const { strides, dilations, pad: padding, dimRoundingMode } = attrs;
  return windowOf(
    backendUtil.computeConv2DInfo(x.shape, filter.shape, strides, dilations, padding, dimRoundingMode, depthwise),
  );
}

/** dx = dy convolved with the filter turned by half a turn, in and out exchanged, at the same dilation. */
function inputGradient(dy: Tensor4D, filter: Tensor4D, window: Window): Tensor4D {
  const turned = transpose(reverse(filter, [0, 1]), [0, 1, 3, 2]); // [h, w, out, in]
  return conv2d(framed(dy, outward(window)), turned, 1, 'valid', 'NHWC', dilationOf(window));
}

/**
 * The filter gradient of a convolution is a convolution: images and channels exchanged, stride and dilation exchanged.
 * x as [in, H, W, B] with dy as a filter [H', W', B, out] gives [in, h, w, out].
 */
function filterGradient(dy: Tensor4D, x: Tensor4D, window: Window): Tensor4D {
  const padded = framed(x, [window.before, window.after]);
  const images = transpose(padded, [3, 1, 2, 0]);
  const slopes = transpose(dy, [1, 2, 0, 3]);
  const all = conv2d(images, slopes, dilationOf(window), 'valid');
  const kept = slice(all, [0, 0, 0, 0], [window.inChannels, ...sizeOfWindow(window), window.outChannels]);
  return transpose(kept, [1, 2, 0, 3]);
}

/** dx = sum over window offsets k of dy * filter[k], put back where offset k read it. */
function depthwiseInput(dy: Tensor4D, filter: Tensor4D, window: Window): Tensor4D {
  const slopes = byMultiplier(dy, window); // [B, H', W', C, M]
  const extent = window.input.map((size, axis) => size + window.before[axis] + window.after[axis]);
  const parts = offsets(window).map((at) => {
    const weight = reshape(slice(filter, [...at, 0, 0], [1, 1, -1, -1]), filter.shape.slice(2)); // [C, M]
    const share = sum(mul(slopes, weight), 4); // [B, H', W', C]
    const before = at.map((steps, axis) => steps * window.dilation[axis]);
    const after = extent.map((size, axis) => size - before[axis] - window.output[axis]);
    return framed(share as Tensor4D, [before, after]);
  });
  const total = addN(parts);
  return slice(total, [0, ...pair(window.before), 0], [-1, ...pair(window.input), -1]);
}

/** dW[k, c, m] = sum over images and positions of x shifted by offset k, times dy. */
function depthwiseFilter(dy: Tensor4D, x: Tensor4D, window: Window): Tensor4D {
  const slopes = byMultiplier(dy, window);
  const padded = framed(x, [window.before, window.after]);
  const parts = offsets(window).map((at) => {
    const begin = pair(at.map((steps, axis) => steps * window.dilation[axis]));
    const seen = slice(padded, [0, ...begin, 0], [-1, ...pair(window.output), -1]); // [B, H', W', C]
    return sum(mul(reshape(seen, [...seen.shape, 1]), slopes), [0, 1, 2]); // [C, M]
  });
  const multiplier = window.outChannels / window.inChannels;
  return reshape(concat(parts, 0), [...sizeOfWindow(window), window.inChannels, multiplier]);
}

/** dy [B, H', W', C M] as [B, H', W', C, M]. */
function byMultiplier(dy: Tensor4D, window: Window): Tensor {
  return reshape(dy, [...dy.shape.slice(0, 3), window.inChannels, window.outChannels / window.inChannels]);
}

/** Borders that let a stride-1 window lead from its output back to its input. */
function outward(window: Window): [readonly number[], readonly number[]] {
  const reach = window.size.map((size, axis) => (size - 1) * window.dilation[axis]);
  return [window.before, window.after].map((widths) => widths.map((width, axis) => reach[axis] - width)) as [
    number[],
    number[],
  ];
}

/** Images with borders of zeros; a negative width cuts. */
function framed(x: Tensor4D, [before, after]: readonly [readonly number[], readonly number[]]): Tensor4D {
  const cut = (widths: readonly number[]) => pair(widths.map((width) => Math.max(0, -width)));
  const [first, last] = [cut(before), cut(after)];
  const size = first.map((width, axis) => x.shape[axis + 1] - width - last[axis]);
  const inner = slice(x, [0, ...pair(first), 0], [-1, ...pair(size), -1]);
  const borders = before.map((width, axis): [number, number] => [Math.max(0, width), Math.max(0, after[axis])]);
  return pad(inner, [[0, 0], ...borders, [0, 0]]);
}

const pair = (list: readonly number[]): [number, number] => [list[0], list[1]];
const sizeOfWindow = (window: Window): [number, number] => pair(window.size);
const dilationOf = (window: Window): [number, number] => pair(window.dilation);
