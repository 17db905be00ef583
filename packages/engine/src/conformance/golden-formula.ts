/**
 * Weights and inputs made by a formula, so that golden numbers of published models need no weight files. Any language
 * can repeat it: FNV-1a of a name seeds a hash of the element's number. Plain loops: a published model has tens of millions of
 * elements, and a callback for each of them takes longer than the model.
 */
import type { HostArray } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';

/** u01(name)_i in [0, 1) for i = 0..count-1: murmur3's finaliser of FNV-1a(name) + i * 0x9e3779b9, over 2^32. */
export function u01(name: string, count: number): Float64Array {
  const start = fnv1a(name);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = finalise((start + Math.imul(i, 0x9e3779b9)) >>> 0) / 4294967296;
  return values;
}

/**
 * The parameter of a PyTorch state-dict key, float32: with u = u01('param.' + key) and t = 2u - 1, running variances are
 * 0.5 + u and means 0.1 t; vectors are 0.1 t, plus 1 for weights; everything else is t * sqrt(3 / fan), fan the product of
 * all sides but the first.
 */
export function goldenParameter(key: string, shape: readonly number[]): HostArray {
  const value = formulaFor(key, shape);
  const u = u01(`param.${key}`, sizeOf(shape));
  const data = new Float32Array(u.length);
  for (let i = 0; i < u.length; i++) data[i] = value(u[i]);
  return { dtype: 'float32', shape, data };
}

/** sum(g * (2 u01('probe.' + key) - 1)): one number that moves with every element of an array. */
export function probe(key: string, values: ArrayLike<number>): number {
  const u = u01(`probe.${key}`, values.length);
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += values[i] * (2 * u[i] - 1);
  return sum;
}

function formulaFor(key: string, shape: readonly number[]): (u: number) => number {
  if (key.endsWith('running_var')) return (u) => 0.5 + u;
  if (key.endsWith('running_mean')) return (u) => 0.1 * (2 * u - 1);
  if (key.endsWith('num_batches_tracked')) return () => 0;
  if (shape.length === 1) return (u) => (key.endsWith('weight') ? 1 : 0) + 0.1 * (2 * u - 1);
  const scale = Math.sqrt(3 / sizeOf(shape.slice(1)));
  return (u) => (2 * u - 1) * scale;
}

function fnv1a(text: string): number {
  return new TextEncoder().encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

function finalise(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
