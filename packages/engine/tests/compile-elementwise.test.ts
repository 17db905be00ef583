import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { float, int, requireAgreement, wave, type Op } from './compile-agreement.ts';
import { bounded, broadcastable, positive, RUNS, shape, type Make } from './compile-shapes.ts';

const binary: [string, Op, Make?, Make?][] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['div', tf.div, wave, positive],
  ['pow', tf.pow, positive, wave],
  ['mod', tf.mod, wave, positive],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['squaredDifference', tf.squaredDifference],
];

describe('element-wise ops of two arrays', () => {
  test.each(binary)('%s', async (_, op, makeA = wave, makeB = wave) => {
    const property = fc.asyncProperty(broadcastable, ([a, b]) => requireAgreement(op, [makeA(a, 1), makeB(b, 2)]));
    await fc.assert(property, RUNS);
  });

  const comparisons: [string, Op][] = [
    ['equal', tf.equal],
    ['notEqual', tf.notEqual],
    ['greater', tf.greater],
    ['greaterEqual', tf.greaterEqual],
    ['less', tf.less],
    ['lessEqual', tf.lessEqual],
    ['logicalAnd', (a, b) => tf.logicalAnd(tf.cast(a, 'bool'), tf.cast(b, 'bool'))],
    ['logicalOr', (a, b) => tf.logicalOr(tf.cast(a, 'bool'), tf.cast(b, 'bool'))],
    ['logicalXor', (a, b) => tf.logicalXor(tf.cast(a, 'bool'), tf.cast(b, 'bool'))],
    ['floorDiv', (a, b) => tf.floorDiv(a, tf.add(b, tf.scalar(3, 'int32')))],
    ['int mod', (a, b) => tf.mod(a, tf.sub(b, tf.scalar(3, 'int32')))],
    ['int mul', tf.mul],
    ['int max', tf.maximum],
  ];
  test.each(comparisons)('%s', async (_, op) => {
    const make = (dims: readonly number[], step: number) => int(dims, (i) => ((i * step) % 5) - 2);
    const property = fc.asyncProperty(broadcastable, ([a, b]) =>
      requireAgreement(op, [make(a, 3), make(b, 2)], { gradient: false }),
    );
    await fc.assert(property, RUNS);
  });

  test('where', async () => {
    const op: Op = (a, b) => tf.where(tf.greater(a, 0), a, tf.mul(b, 2));
    const property = fc.asyncProperty(broadcastable, ([a, b]) => requireAgreement(op, [wave(a), wave(b, 2)]));
    await fc.assert(property, RUNS);
  });
});

describe('element-wise ops of one array', () => {
  const ops: [string, Op, Make?][] = [
    ['abs', tf.abs],
    ['neg', tf.neg],
    ['exp', tf.exp],
    ['expm1', tf.expm1],
    ['log', tf.log, positive],
    ['log1p', tf.log1p, positive],
    ['sqrt', tf.sqrt, positive],
    ['rsqrt', tf.rsqrt, positive],
    ['reciprocal', tf.reciprocal, positive],
    ['square', tf.square],
    ['erf', tf.erf],
    ['sin', tf.sin],
    ['cos', tf.cos],
    ['tan', tf.tan, bounded],
    ['asin', tf.asin, bounded],
    ['acos', tf.acos, bounded],
    ['atan', tf.atan],
    ['sinh', tf.sinh],
    ['cosh', tf.cosh],
    ['tanh', tf.tanh],
    ['asinh', tf.asinh],
    ['acosh', (x) => tf.acosh(tf.add(x, 1)), positive],
    ['atanh', tf.atanh, bounded],
    ['sigmoid', tf.sigmoid],
    ['softplus', tf.softplus],
    ['relu', tf.relu],
    ['relu6', (x) => tf.relu6(tf.mul(x, 5))],
    ['elu', tf.elu],
    ['selu', tf.selu],
    ['leakyRelu', (x) => tf.leakyRelu(x, 0.1)],
    ['clipByValue', (x) => tf.clipByValue(x, -0.5, 1)],
    ['silu', (x) => tf.mul(x, tf.sigmoid(x))],
    ['gelu', (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))],
    ['sign', tf.sign],
    ['ceil', tf.ceil],
    ['floor', tf.floor],
    ['round', tf.round],
    ['step', (x) => tf.step(x, 0.25)],
  ];
  test.each(ops)('%s', async (_, op, make = wave) => {
    const property = fc.asyncProperty(shape(0, 4), (dims) => requireAgreement(op, [make(dims, 1)]));
    await fc.assert(property, RUNS);
  });

  const saturating = ['expm1', 'exp', 'elu', 'selu', 'softplus', 'sigmoid', 'tanh', 'erf'] as const;
  test.each(saturating)('%s far from 0, where its parts overflow', async (name) => {
    const far = [-1e4, -200, -170, -90, -30, 30, 80];
    await requireAgreement(tf[name], [float([far.length], (i) => far[i])], { gradient: false });
  });

  const plain: [string, Op][] = [
    ['isNaN', tf.isNaN],
    ['isFinite', tf.isFinite],
    ['isInf', tf.isInf],
    ['to int', (x) => tf.cast(x, 'int32')],
    ['to bool', (x) => tf.cast(x, 'bool')],
    ['bool to float', (x) => tf.cast(tf.greater(x, 0), 'float32')],
    ['not', (x) => tf.logicalNot(tf.cast(x, 'bool'))],
  ];
  test.each(plain)('%s', async (_, op) => {
    const odd = float([2, 4], (i) => [NaN, Infinity, -Infinity, 0, 1.9, -1.9, 1e-30, -0][i]);
    const finite = _ === 'to int' ? wave([3, 2]) : odd;
    await requireAgreement(op, [finite], { gradient: false });
  });
});
