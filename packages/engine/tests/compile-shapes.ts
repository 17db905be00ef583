import fc from 'fast-check';
import { float, wave } from './compile-agreement.ts';

/** Each property draws this many cases: a session takes a few milliseconds to make. */
export const RUNS = { numRuns: 8, seed: 20240607 };

export const shape = (min: number, max: number) =>
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: min, maxLength: max });

/** Two shapes that broadcast: one loses leading axes, and either may have axes set to 1. */
export const broadcastable = fc
  .tuple(shape(0, 4), fc.nat(4), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }))
  .map(([full, cut, ones]) => {
    const a = full.map((item, axis) => (ones[axis] === 1 ? 1 : item));
    const b = full.map((item, axis) => (ones[axis] === 2 ? 1 : item)).slice(Math.min(cut, full.length));
    return [a, b] as const;
  });

export const positive = (dims: readonly number[], seed: number) =>
  float(dims, (i) => 0.3 + Math.abs(wave(dims, seed).data[i]));
export const bounded = (dims: readonly number[]) => float(dims, (i) => 0.9 * Math.sin(i * 7.1 + 0.4));

export type Make = (dims: readonly number[], seed: number) => ReturnType<typeof wave>;
