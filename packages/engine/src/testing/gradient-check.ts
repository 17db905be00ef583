import { grads, mul, sum, tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Engine, StepFunction } from '../compile/contract.ts';
import type { HostArray, HostArrays } from '../host-array.ts';

/** An op under test; every float32 argument is differentiated. */
export type CheckedOp = (...args: Tensor[]) => Tensor;

export interface GradientCheckOptions {
  /** h of the central difference. 1e-3: of truncation (h²) and float32 rounding (6e-8 / h) neither dominates. */
  readonly step?: number;
  /** Elements checked of each argument, spread evenly; all unless told otherwise. */
  readonly elements?: number;
}

/**
 * The largest |(f(x + h e_i) - f(x - h e_i)) / 2h - df/dx_i| over elements i of every float argument, divided by the
 * largest slope of that argument (at least 1), with f the sum of the op's result under uneven weights. The differences
 * are summed in double precision, so that only the op itself rounds. Each argument must lie in a smooth region: further than
 * h from kinks and ties.
 */
export async function gradientError(
  engine: Engine,
  op: CheckedOp,
  args: readonly HostArray[],
  { step = 1e-3, elements = Infinity }: GradientCheckOptions = {},
): Promise<number> {
  const inputs = Object.fromEntries(args.map((array, index) => [`x${index}`, array]));
  const forward = await engine.compile((_, given) => ({ state: {}, outputs: { y: op(...inOrder(given, args)) } }), {
    state: {},
    inputs,
  });
  try {
    const slopes = await slopesOf(engine, op, args, inputs);
    const errors: number[] = [];
    for (const index of floats(args)) {
      const name = `x${index}`;
      const at = async (element: number, by: number) =>
        (await forward.run({ ...inputs, [name]: nudged(args[index], element, by) })).y.data;
      const claimed = slopes[name].data as Float32Array;
      const scale = claimed.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 1);
      for (const element of spread(claimed.length, elements)) {
        const difference = weightedDifference(await at(element, step), await at(element, -step)) / (2 * step);
        errors.push(Math.abs(difference - claimed[element]) / scale);
      }
    }
    return errors.reduce((worst, error) => (error <= worst ? worst : error), 0);
  } finally {
    await forward.dispose();
  }
}

async function slopesOf(engine: Engine, op: CheckedOp, args: readonly HostArray[], inputs: HostArrays) {
  const backward = await engine.compile(backwardStep(op, args), { state: {}, inputs });
  try {
    return await backward.run(inputs);
  } finally {
    await backward.dispose();
  }
}

/** d sum(weights * op(x...)) / dx_i for every float argument, under its name. */
function backwardStep(op: CheckedOp, args: readonly HostArray[]): StepFunction {
  return (_, given) => {
    const chosen = floats(args);
    const weighted = (...moved: Tensor[]) => {
      const all = inOrder(given, args).map((item, index) =>
        chosen.includes(index) ? moved[chosen.indexOf(index)] : item,
      );
      const y = op(...all);
      return sum(
        mul(
          y,
          tensor(
            Float32Array.from({ length: y.size }, (_item, index) => weight(index)),
            y.shape,
          ),
        ),
      );
    };
    const slopes = grads(weighted)(chosen.map((index) => given[`x${index}`]));
    return { state: {}, outputs: Object.fromEntries(chosen.map((index, place) => [`x${index}`, slopes[place]])) };
  };
}

const inOrder = (given: Readonly<Record<string, Tensor>>, args: readonly HostArray[]): Tensor[] =>
  args.map((_, index) => given[`x${index}`]);

const floats = (args: readonly HostArray[]): number[] =>
  args.flatMap(({ dtype }, index) => (dtype === 'float32' ? [index] : []));

/** Uneven, of either sign, never near zero: no element of the result goes unnoticed. */
const weight = (index: number): number => (index % 2 === 0 ? 1 : -1) * (0.6 + 0.4 * Math.sin(2.3 * index + 1));

function nudged(array: HostArray, element: number, by: number): HostArray {
  const data = array.data.slice() as Float32Array;
  data[element] += by;
  return { ...array, data };
}

function weightedDifference(up: HostArray['data'], down: HostArray['data']): number {
  let total = 0;
  for (let index = 0; index < up.length; index++) total += Math.fround(weight(index)) * (up[index] - down[index]);
  return total;
}

function spread(length: number, count: number): number[] {
  const chosen = Math.min(length, count);
  return Array.from({ length: chosen }, (_, index) => Math.floor(((index + 0.5) * length) / chosen));
}
