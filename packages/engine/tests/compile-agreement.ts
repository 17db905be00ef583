import { grads, mul, sum, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { createEngine, type Engine, type HostArray, type HostArrays, type StepFunction } from '@spotbench/engine';

/** An op under test: a function of named arrays, all of them differentiable unless listed otherwise. */
export type Op = (...args: Tensor[]) => Tensor;

export interface Agreement {
  readonly rtol?: number;
  readonly atol?: number;
  /** Also compare gradients of the weighted sum of the result with respect to every float argument. */
  readonly gradient?: boolean;
}

/** rtol 2e-5 and atol 2e-5: float32 sums of a few hundred terms in different orders. */
const DEFAULTS = { rtol: 2e-5, atol: 2e-5, gradient: true };

export function float(shape: readonly number[], at: (index: number) => number): HostArray {
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size(shape) }, (_, index) => at(index)) };
}

export function int(shape: readonly number[], at: (index: number) => number): HostArray {
  return { dtype: 'int32', shape, data: Int32Array.from({ length: size(shape) }, (_, index) => at(index)) };
}

/** A smooth, irregular sequence without ties: test inputs that need no generator. */
export function wave(shape: readonly number[], seed = 1): HostArray {
  return float(shape, (index) => 1.7 * Math.sin(12.9898 * (index + 1) + 78.233 * seed) + 0.1 * Math.cos(index));
}

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Runs `op` and its gradients once on `engine`. */
export async function evaluate(
  engine: Engine,
  op: Op,
  args: readonly HostArray[],
  gradient: boolean,
): Promise<HostArrays> {
  const inputs = Object.fromEntries(args.map((array, index) => [`x${index}`, array]));
  const compiled = await engine.compile(stepOf(op, args, gradient), { state: {}, inputs });
  try {
    return await compiled.run(inputs);
  } finally {
    await compiled.dispose();
  }
}

/** y = op(x...), and d sum(weights * y) / dx for float arguments, the weights an uneven function of the position. */
function stepOf(op: Op, args: readonly HostArray[], gradient: boolean): StepFunction {
  return (_, inputs) => {
    const tensors = args.map((_array, index) => inputs[`x${index}`]);
    const y = op(...tensors);
    if (!gradient) return { state: {}, outputs: { y } };
    const floats = args.flatMap((array, index) => (array.dtype === 'float32' ? [index] : []));
    const weighted = (...chosen: Tensor[]) => {
      const all = tensors.map((tensor, index) => (floats.includes(index) ? chosen[floats.indexOf(index)] : tensor));
      const result = op(...all);
      return sum(mul(result, weights(result)));
    };
    const slopes = grads(weighted)(floats.map((index) => tensors[index]));
    const named = Object.fromEntries(floats.map((index, position) => [`d${index}`, slopes[position]]));
    return { state: {}, outputs: { y, ...named } };
  };
}

const weights = (like: Tensor): Tensor => tensor(wave(like.shape, 9).data, like.shape);

let engines: Promise<[Engine, Engine]> | undefined;

/** The compiled CPU engine and the reference. */
export function compiledAndReference(): Promise<[Engine, Engine]> {
  engines ??= Promise.all([createEngine({ name: 'onnx', threads: 1 }), createEngine({ name: 'tfjs', device: 'js' })]);
  return engines;
}

/** @throws unless `op` gives the same values (and gradients) compiled and on the reference engine. */
export async function requireAgreement(op: Op, args: readonly HostArray[], options: Agreement = {}): Promise<void> {
  const { rtol, atol, gradient } = { ...DEFAULTS, ...options };
  const [compiled, reference] = await compiledAndReference();
  const got = await evaluate(compiled, op, args, gradient);
  const wanted = await evaluate(reference, op, args, gradient);
  for (const [name, array] of Object.entries(wanted)) requireClose(name, got[name], array, rtol, atol);
}

export function requireClose(name: string, got: HostArray, wanted: HostArray, rtol: number, atol: number): void {
  const where = `${name} ${wanted.dtype}[${wanted.shape.join()}]`;
  if (got.shape.join() !== wanted.shape.join()) throw new Error(`${where}: got shape [${got.shape.join()}]`);
  if (got.dtype !== wanted.dtype) throw new Error(`${where}: got ${got.dtype}`);
  wanted.data.forEach((value: number, index: number) => {
    const other = got.data[index];
    if (Object.is(other, value) || Math.abs(other - value) <= atol + rtol * Math.abs(value)) return;
    throw new Error(`${where}: element ${index} is ${other}, expected ${value}`);
  });
}
