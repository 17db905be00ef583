import type { DType } from '../host-array.ts';
import type { Attributes, Graph } from './graph.ts';
import {
  broadcastShapes,
  padRank,
  physicalDims,
  range,
  relayout,
  sizeOf,
  transpose,
  uniform,
  uniformNumber,
  type Value,
} from './value.ts';

/** y = op(x), element by element, stored as x is stored. */
export function unary(graph: Graph, op: string, x: Value, attributes: Attributes = {}): Value {
  return { ...x, name: graph.apply(op, [x.name], attributes) };
}

/** op(x, y, ...) with NumPy broadcasting, stored in the axis order of the largest operand. */
export function elementwise(graph: Graph, op: string, operands: readonly Value[], dtype = operands[0].dtype): Value {
  const shape = broadcastShapes(
    op,
    operands.map((operand) => operand.shape),
  );
  const padded = operands.map((operand) => padRank(operand, shape.length));
  const largest = padded.reduce((a, b) => (sizeOf(b.stored) > sizeOf(a.stored) ? b : a));
  const laid = padded.map((operand) => relayout(graph, operand, largest.order));
  const stored = broadcastShapes(
    op,
    laid.map((operand) => operand.stored),
  );
  const name = graph.apply(
    op,
    laid.map((operand) => operand.name),
  );
  return { name, dtype, shape, order: largest.order, stored };
}

/** The four rules of arithmetic, with x + 0, x - 0, x * 1, x / 1 and number-with-number worked out while tracing. */
export function arithmetic(graph: Graph, op: ArithmeticOp, a: Value, b: Value): Value {
  const [left, right] = [uniformNumber(graph, a), uniformNumber(graph, b)];
  const shape = broadcastShapes(op, [a.shape, b.shape]);
  if (left !== undefined && right !== undefined && a.dtype === 'float32') {
    return uniform(graph, Math.fround(FOLD[op](left, right)), a.dtype, shape);
  }
  const neutral = op === 'Add' || op === 'Sub' ? 0 : 1;
  if (right === neutral) return broadcast(a, shape);
  if (left === neutral && (op === 'Add' || op === 'Mul')) return broadcast(b, shape);
  return elementwise(graph, op, [a, b]);
}

type ArithmeticOp = 'Add' | 'Sub' | 'Mul' | 'Div';

const FOLD: Readonly<Record<ArithmeticOp, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

function broadcast(value: Value, shape: readonly number[]): Value {
  return { ...padRank(value, shape.length), shape };
}

/** Converts the element type; to bool by x != 0, to int32 by truncation. */
export function cast(graph: Graph, x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  const number = uniformNumber(graph, x);
  if (number !== undefined) return uniform(graph, castNumber(number, dtype), dtype, x.shape);
  return { ...x, dtype, name: graph.apply('Cast', [x.name], { to: CAST_CODES[dtype] }) };
}

const CAST_CODES: Readonly<Record<DType, number>> = { float32: 1, int32: 6, bool: 9 };

function castNumber(number: number, dtype: DType): number {
  if (dtype === 'bool') return number === 0 ? 0 : 1;
  return dtype === 'int32' ? Math.trunc(number) : number;
}

/** A scalar of x's element type that broadcasts against it. */
export function scalarLike(graph: Graph, x: Value, number: number): Value {
  return uniform(graph, number, x.dtype, []);
}

/** condition ? a : b, with broadcasting. */
export function select(graph: Graph, condition: Value, a: Value, b: Value): Value {
  return elementwise(graph, 'Where', [condition, a, b], a.dtype);
}

/** Moves `axis` to the end; no node. The inverse of a move is `moveAxis(value, last, axis)`. */
export function moveAxis(value: Value, from: number, to: number): Value {
  const axes = range(value.shape.length).filter((axis) => axis !== from);
  axes.splice(to, 0, from);
  return transpose(value, axes);
}

/** True where nothing is pending: every stored size is the logical one. */
export function isStoredWhole(value: Value): boolean {
  return sizeOf(physicalDims(value)) === sizeOf(value.shape);
}
