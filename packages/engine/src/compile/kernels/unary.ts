import type { CastAttrs, ClipByValueAttrs, LeakyReluAttrs, StepAttrs } from '@tensorflow/tfjs-core';
import type { DType } from '../../host-array.ts';
import { arithmetic, cast, elementwise, scalarLike, select, unary } from '../elementwise.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../value.ts';
import { lowering, type Lowering, type LoweringTable } from './lowering.ts';

/** A kernel that is one ONNX op on floats; integer and bool inputs are converted first. */
const float =
  (op: string): Lowering =>
  (graph, { x }) =>
    unary(graph, op, cast(graph, x, 'float32'));

/** A kernel that is one ONNX op on the input's own element type. */
const same =
  (op: string): Lowering =>
  (graph, { x }) =>
    unary(graph, op, x);

/** Element-wise kernels of one array. */
export const unaryKernels: LoweringTable = {
  Abs: same('Abs'),
  Neg: same('Neg'),
  Sign: same('Sign'),
  Ceil: float('Ceil'),
  Floor: float('Floor'),
  Round: float('Round'),
  Exp: float('Exp'),
  Log: float('Log'),
  Sqrt: float('Sqrt'),
  Reciprocal: float('Reciprocal'),
  Erf: float('Erf'),
  Sin: float('Sin'),
  Cos: float('Cos'),
  Tan: float('Tan'),
  Asin: float('Asin'),
  Acos: float('Acos'),
  Atan: float('Atan'),
  Sinh: float('Sinh'),
  Cosh: float('Cosh'),
  Tanh: float('Tanh'),
  Asinh: float('Asinh'),
  Acosh: float('Acosh'),
  Atanh: float('Atanh'),
  Sigmoid: float('Sigmoid'),
  Softplus: float('Softplus'),
  Elu: float('Elu'),
  Relu: same('Relu'),
  Relu6: (graph, { x }) => clip(graph, x, 0, 6),
  Selu: float('Selu'),
  LeakyRelu: lowering<LeakyReluAttrs>((graph, { x }, { alpha }) =>
    unary(graph, 'LeakyRelu', x, { alpha: { float: alpha } }),
  ),
  ClipByValue: lowering<ClipByValueAttrs>((graph, { x }, attrs) =>
    clip(graph, x, attrs.clipValueMin, attrs.clipValueMax),
  ),
  Rsqrt: (graph, { x }) => unary(graph, 'Reciprocal', unary(graph, 'Sqrt', cast(graph, x, 'float32'))),
  Square: (graph, { x }) => arithmetic(graph, 'Mul', x, x),
  Log1p: (graph, { x }) => log1p(graph, x),
  Expm1: (graph, { x }) => expm1(graph, x),
  Step: lowering<StepAttrs>((graph, { x }, { alpha }) => step(graph, x, alpha)),
  IsNan: (graph, { x }) => ({ ...unary(graph, 'IsNaN', x), dtype: 'bool' }),
  IsInf: (graph, { x }) => ({ ...unary(graph, 'IsInf', x), dtype: 'bool' }),
  IsFinite: (graph, { x }) => {
    const difference = arithmetic(graph, 'Sub', x, x);
    return elementwise(graph, 'Equal', [difference, scalarLike(graph, x, 0)], 'bool');
  },
  Cast: lowering<CastAttrs>((graph, { x }, { dtype }) => cast(graph, x, dtype as DType)),
  Identity: (_, { x }) => x,
};

function clip(graph: Graph, x: Value, low: number, high: number): Value {
  return elementwise(graph, 'Clip', [x, scalarLike(graph, x, low), scalarLike(graph, x, high)]);
}

/** 1 for x > 0, else alpha. */
function step(graph: Graph, x: Value, alpha: number): Value {
  const positive = elementwise(graph, 'Greater', [x, scalarLike(graph, x, 0)], 'bool');
  if (alpha === 0) return cast(graph, positive, x.dtype);
  return select(graph, positive, scalarLike(graph, x, 1), scalarLike(graph, x, alpha));
}

/** log(1 + x) = log(u) * x / (u - 1) with u = 1 + x: exact for small x, where 1 + x loses it (Kahan). */
function log1p(graph: Graph, x: Value): Value {
  const one = scalarLike(graph, x, 1);
  const u = elementwise(graph, 'Add', [x, one]);
  const correction = arithmetic(graph, 'Div', x, arithmetic(graph, 'Sub', u, one));
  const corrected = arithmetic(graph, 'Mul', unary(graph, 'Log', u), correction);
  return select(graph, elementwise(graph, 'Equal', [u, one], 'bool'), x, corrected);
}

/** Below this exp(x) - 1 is -1 in float32; far below it sinh(x / 2) overflows while exp(x / 2) vanishes. */
const NOTHING_LEFT = -80;

/** exp(x) - 1 = 2 * sinh(x / 2) * exp(x / 2): exact for small x, where exp(x) - 1 cancels. */
function expm1(graph: Graph, x: Value): Value {
  const low = elementwise(graph, 'Max', [x, scalarLike(graph, x, NOTHING_LEFT)]);
  const half = arithmetic(graph, 'Mul', low, scalarLike(graph, x, 0.5));
  const twiceSinh = arithmetic(graph, 'Mul', unary(graph, 'Sinh', half), scalarLike(graph, x, 2));
  return arithmetic(graph, 'Mul', twiceSinh, unary(graph, 'Exp', half));
}
