import type { Graph } from '../graph.ts';
import { reshape } from '../reshape.ts';
import { dense, transpose, type Value } from '../value.ts';
import { matmul, swapLast } from './matmul.ts';
import { reduce } from './reduce.ts';
import { concat, pad, slice } from './shape.ts';
import { NCHW, offsets, type Window } from './window.ts';

/**
 * dW [h, w, in, out] = sum over images and positions of x shifted by each window offset, times dy. The shifted copies are
 * laid side by side as channels, so that one batched matrix product does all offsets. With stride 1 the thinner of x and
 * dy is the one copied (dy shifted the other way): DenseNet's 128 -> 32 layers copy a quarter.
 */
export function filterGradient(graph: Graph, x: Value, dy: Value, window: Window): Value {
  const shiftable = window.stride.every((step) => step === 1) && window.outChannels < window.inChannels;
  return shiftable ? shiftedOutput(graph, x, dy, window) : shiftedInput(graph, x, dy, window);
}

/** sum_p x[p + k] dy[p]: windows of x against dy. */
function shiftedInput(graph: Graph, x: Value, dy: Value, window: Window): Value {
  const padded = padImages(graph, dense(graph, x, NCHW), window.before, window.after);
  const columns = concat(
    graph,
    offsets(window).map((offset) => shifted(graph, padded, offset, window)),
    3,
  );
  // [B, h w in, P] x [B, P, out]
  const products = matmul(graph, swapLast(pixels(graph, columns)), pixels(graph, dense(graph, dy, NCHW)));
  const summed = reduce(graph, 'ReduceSum', products, [0], false);
  return reshape(graph, summed, [...window.size, window.inChannels, window.outChannels]);
}

/** sum_q x[q] dy[q - k]: x against windows of dy, padded so that every shift covers all of x. */
function shiftedOutput(graph: Graph, x: Value, dy: Value, window: Window): Value {
  const reach = window.size.map((size, axis) => (size - 1) * window.dilation[axis]);
  const before = reach.map((size, axis) => size - window.before[axis]);
  const after = window.input.map((size, axis) => size + reach[axis] - before[axis] - window.output[axis]);
  const padded = padImages(graph, dense(graph, dy, NCHW), before, after);
  const cut = { ...window, output: window.input };
  const backwards = offsets(window).map(([row, column]): [number, number] => [
    window.size[0] - 1 - row,
    window.size[1] - 1 - column,
  ]);
  const columns = concat(
    graph,
    backwards.map((offset) => shifted(graph, padded, offset, cut)),
    3,
  );
  // [B, in, P] x [B, P, h w out]
  const products = matmul(graph, swapLast(pixels(graph, dense(graph, x, NCHW))), pixels(graph, columns));
  const summed = reduce(graph, 'ReduceSum', products, [0], false);
  const split = reshape(graph, summed, [window.inChannels, ...window.size, window.outChannels]);
  return transpose(split, [1, 2, 0, 3]);
}

/** [B, H, W, C] as [B, H W, C]; no node beyond a reshape. */
function pixels(graph: Graph, x: Value): Value {
  const [batch, height, width, channels] = x.shape;
  return reshape(graph, x, [batch, height * width, channels]);
}

/** Borders of `value` round images. Negative widths cut instead. */
export function padImages(
  graph: Graph,
  x: Value,
  before: readonly number[],
  after: readonly number[],
  value = 0,
): Value {
  const borders = [[0, 0], ...before.map((width, axis) => [width, after[axis]]), [0, 0]] as [number, number][];
  return pad(graph, x, borders, { mode: 'constant', value });
}

/** What the window's element at `offset` sees at every output position: [B, H', W', C]. */
export function shifted(graph: Graph, padded: Value, offset: readonly [number, number], window: Window): Value {
  const begin = offset.map((steps, axis) => steps * window.dilation[axis]);
  const end = begin.map((start, axis) => start + (window.output[axis] - 1) * window.stride[axis] + 1);
  const [batch, , , channels] = padded.shape;
  return slice(graph, padded, [0, ...begin, 0], [batch, ...end, channels], [1, ...window.stride, 1]);
}
