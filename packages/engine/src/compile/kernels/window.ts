import type { backend_util as backendUtil } from '@tensorflow/tfjs-core';
import type { Attributes, Graph } from '../graph.ts';
import { dense, type Value } from '../value.ts';

/** The storage order of images in ONNX: physical axes [N, C, H, W] of a logical [N, H, W, C]. */
export const NCHW: readonly number[] = [0, 3, 1, 2];

/** A window sliding over images: pairs are [vertical, horizontal]. */
export interface Window {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** Reads TensorFlow.js's own resolution of `same`, `valid` and explicit padding. */
export function windowOf(info: backendUtil.Conv2DInfo): Window {
  return {
    size: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
    after: [info.padInfo.bottom, info.padInfo.right],
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
  };
}

/** ONNX's attributes of a window. */
export function windowAttributes(window: Window): Attributes {
  return {
    kernel_shape: window.size,
    strides: window.stride,
    dilations: window.dilation,
    pads: [...window.before, ...window.after],
  };
}

/** Images of `channels` channels and `pixels` size stored as ONNX has them, seen as TensorFlow.js has them. */
export function images(name: string, batch: number, pixels: readonly number[], channels: number): Value {
  const shape = [batch, ...pixels, channels];
  return { name, dtype: 'float32', shape, order: NCHW, stored: [batch, channels, ...pixels] };
}

/** x [B, H, W, in] convolved with an ONNX filter [out, in / groups, h, w]. */
export function convolve(graph: Graph, x: Value, filter: string, window: Window, groups: number): Value {
  const attributes = { ...windowAttributes(window), group: groups };
  const name = graph.apply('Conv', [dense(graph, x, NCHW).name, filter], attributes);
  return images(name, window.batch, window.output, window.outChannels);
}

/** The adjoint of `convolve` with respect to x: spreads dy [B, H', W', out] back over [B, H, W, in]. */
export function convolveTransposed(graph: Graph, dy: Value, filter: string, window: Window, groups: number): Value {
  if (graph.target === 'webgpu' && groups > 1 && window.outChannels !== window.inChannels) {
    // ONNX Runtime 1.30 on SwiftShader gave other numbers than the CPU; whether on every driver, and why, is not known.
    throw new Error(
      'ONNX Runtime on WebGPU gave wrong numbers for this gradient with a channel multiplier above 1; use 1',
    );
  }
  const covered = window.output.map(
    (size, axis) =>
      (size - 1) * window.stride[axis] +
      (window.size[axis] - 1) * window.dilation[axis] +
      1 -
      window.before[axis] -
      window.after[axis],
  );
  const attributes = {
    ...windowAttributes(window),
    group: groups,
    output_padding: window.input.map((size, axis) => size - covered[axis]),
  };
  const name = graph.apply('ConvTranspose', [dense(graph, dy, NCHW).name, filter], attributes);
  return images(name, window.batch, window.input, window.inChannels);
}

/** Every offset of a window: [row, column]. */
export function offsets(window: Window): [number, number][] {
  const [rows, columns] = window.size;
  return Array.from({ length: rows * columns }, (_, index) => [Math.floor(index / columns), index % columns]);
}
