import { arithmetic, cast, elementwise, scalarLike, select, unary } from '../elementwise.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../value.ts';
import type { LoweringTable } from './lowering.ts';

/** Element-wise kernels of two or more arrays: arithmetic, comparison, logic, selection. */
export const arithmeticKernels: LoweringTable = {
  Add: (graph, { a, b }) => arithmetic(graph, 'Add', a, b),
  Sub: (graph, { a, b }) => arithmetic(graph, 'Sub', a, b),
  Multiply: (graph, { a, b }) => arithmetic(graph, 'Mul', a, b),
  RealDiv: (graph, { a, b }) => arithmetic(graph, 'Div', a, b),
  AddN: (graph, inputs) => Object.values(inputs).reduce((sum, term) => arithmetic(graph, 'Add', sum, term)),
  FloorDiv: (graph, { a, b }) => cast(graph, floorDivide(graph, a, b), 'int32'),
  Mod: (graph, { a, b }) => modulo(graph, a, b),
  Pow: (graph, { a, b }) => elementwise(graph, 'Pow', [a, b]),
  Maximum: (graph, { a, b }) => elementwise(graph, 'Max', [a, b]),
  Minimum: (graph, { a, b }) => elementwise(graph, 'Min', [a, b]),
  SquaredDifference: (graph, { a, b }) => {
    const difference = arithmetic(graph, 'Sub', a, b);
    return arithmetic(graph, 'Mul', difference, difference);
  },
  Equal: (graph, { a, b }) => elementwise(graph, 'Equal', [a, b], 'bool'),
  NotEqual: (graph, { a, b }) => unary(graph, 'Not', elementwise(graph, 'Equal', [a, b], 'bool')),
  Greater: (graph, { a, b }) => elementwise(graph, 'Greater', [a, b], 'bool'),
  GreaterEqual: (graph, { a, b }) => elementwise(graph, 'GreaterOrEqual', [a, b], 'bool'),
  Less: (graph, { a, b }) => elementwise(graph, 'Less', [a, b], 'bool'),
  LessEqual: (graph, { a, b }) => elementwise(graph, 'LessOrEqual', [a, b], 'bool'),
  LogicalAnd: (graph, { a, b }) => elementwise(graph, 'And', [a, b], 'bool'),
  LogicalOr: (graph, { a, b }) => elementwise(graph, 'Or', [a, b], 'bool'),
  LogicalNot: (graph, { x }) => unary(graph, 'Not', x),
  Select: (graph, { condition, t, e }) => select(graph, rowCondition(condition, t), t, e),
  Prelu: (graph, { x, alpha }) => select(graph, isNegative(graph, x), arithmetic(graph, 'Mul', x, alpha), x),
  EluGrad: (graph, { dy, y }) =>
    select(graph, isNegative(graph, y), arithmetic(graph, 'Mul', dy, plusOne(graph, y)), dy),
};

/** floor(a / b) as float32; through float32, as TensorFlow.js's own kernels do it. */
function floorDivide(graph: Graph, a: Value, b: Value): Value {
  const quotient = arithmetic(graph, 'Div', cast(graph, a, 'float32'), cast(graph, b, 'float32'));
  return unary(graph, 'Floor', quotient);
}

/** a - b * floor(a / b): the remainder with the divisor's sign. */
function modulo(graph: Graph, a: Value, b: Value): Value {
  if (a.dtype === 'int32') return elementwise(graph, 'Mod', [a, b]);
  return arithmetic(graph, 'Sub', a, arithmetic(graph, 'Mul', b, floorDivide(graph, a, b)));
}

/** A vector condition over a matrix chooses whole rows. */
function rowCondition(condition: Value, t: Value): Value {
  if (condition.shape.length !== 1 || t.shape.length <= 1) return condition;
  const extra = t.shape.length - 1;
  const ones = Array<number>(extra).fill(1);
  const added = Array.from({ length: extra }, (_, index) => index + 1);
  const stored = condition.stored.length === 0 ? [] : [...condition.stored, ...ones];
  return { ...condition, shape: [...condition.shape, ...ones], order: [0, ...added], stored };
}

const isNegative = (graph: Graph, x: Value): Value => elementwise(graph, 'Less', [x, scalarLike(graph, x, 0)], 'bool');
const plusOne = (graph: Graph, x: Value): Value => arithmetic(graph, 'Add', x, scalarLike(graph, x, 1));
