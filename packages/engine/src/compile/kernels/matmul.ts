import type { BatchMatMulAttrs } from '@tensorflow/tfjs-core';
import type { Graph } from '../graph.ts';
import { dense, logicalDims, physicalDims, range, relayout, transpose, type Value } from '../value.ts';
import { broadcastShapes } from '../value.ts';
import { lowering, type LoweringTable } from './lowering.ts';

export const matmulKernels: LoweringTable = {
  BatchMatMul: lowering<BatchMatMulAttrs>((graph, { a, b }, { transposeA, transposeB }) =>
    matmul(graph, transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b),
  ),
};

/**
 * [..., I, K] x [..., K, J] -> [..., I, J]; batch axes broadcast. A transposed operand becomes a Transpose node, which
 * ONNX Runtime folds into the product.
 */
export function matmul(graph: Graph, a: Value, b: Value): Value {
  if (a.shape.at(-1) !== b.shape.at(-2)) {
    const got = [a, b].map(({ shape }) => `[${shape.join(', ')}]`).join(' x ');
    throw new Error(`matMul: inner sizes must agree, got ${got}`);
  }
  const [left, right] = [matrixOperand(graph, a), matrixOperand(graph, b)];
  const batch = broadcastShapes('matMul', [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const storedBatch = broadcastShapes('matMul', [left.stored.slice(0, -2), right.stored.slice(0, -2)]);
  const tail = [a.shape.at(-2)!, b.shape.at(-1)!];
  const name = graph.apply('MatMul', [left.name, right.name]);
  const shape = [...batch, ...tail];
  return { name, dtype: 'float32', shape, order: range(shape.length), stored: [...storedBatch, ...tail] };
}

/** Lays a matrix operand out plainly and makes the broadcasts of its last two axes; those of batch axes stay pending. */
function matrixOperand(graph: Graph, x: Value): Value {
  const sizes = logicalDims(x);
  const rank = x.shape.length;
  const shape = x.shape.map((size, axis) => (axis >= rank - 2 ? size : sizes[axis]));
  const laid = dense(graph, relayout(graph, { ...x, shape }, range(rank)));
  return { ...laid, shape: x.shape, stored: physicalDims(laid) };
}

/** Swaps the last two axes; no node. */
export function swapLast(x: Value): Value {
  const axes = range(x.shape.length);
  const last = axes.length - 1;
  return transpose(x, [...axes.slice(0, -2), last, last - 1]);
}
