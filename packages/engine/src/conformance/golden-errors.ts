/** The relative errors of golden files, as their own figures of PyTorch's float32 run are defined. */
import type { HostArray } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import { probe } from './golden-formula.ts';

/** |found - expected| / |expected| of a loss or a norm. */
export const relativeError = (found: number, expected: number): number =>
  Math.abs(found - expected) / Math.abs(expected);

/** Largest absolute difference over the largest magnitude of an array. NaN where an element is NaN. */
export function arrayError(found: ArrayLike<number>, expected: readonly number[]): number {
  const off = expected.map((value, i) => Math.abs(found[i] - value));
  return largest(off) / largest(expected.map(Math.abs));
}

/** Difference of a probe over the norm of what is probed: a probe is a sum with alternating signs. */
export function probeError(key: string, found: HostArray, expected: number): number {
  return Math.abs(probe(key, found.data) - expected) / l2Norm(found);
}

/** sqrt(sum x^2) */
export function l2Norm({ data }: HostArray): number {
  let total = 0;
  for (const value of data) total += value ** 2;
  return Math.sqrt(total);
}

/** The first elements along every side, as many as `wanted` says; undefined where the array is too small for that. */
export function leadingCorner(array: HostArray, wanted: readonly number[]): Float64Array | undefined {
  const { shape, data } = array;
  if (shape.length !== wanted.length || shape.some((side, axis) => side < wanted[axis])) return undefined;
  const [strides, steps] = [stridesOf(shape), stridesOf(wanted)];
  const place = (i: number): number =>
    wanted.reduce((sum, side, axis) => sum + (Math.floor(i / steps[axis]) % side) * strides[axis], 0);
  return Float64Array.from({ length: sizeOf(wanted) }, (_, i) => data[place(i)]);
}

const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

/** As Math.max, of an array that may be long: NaN is the largest of all. */
function largest(values: readonly number[]): number {
  return values.reduce((worst, value) => (Number.isNaN(worst) || value <= worst ? worst : value), 0);
}
