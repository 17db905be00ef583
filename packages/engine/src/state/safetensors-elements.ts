import { bytesOf } from '@spotbench/core';
import type { DType, HostArray } from '../host-array.ts';

/** Element types of safetensors files that can be read; PyTorch and timm write all of them. */
export type ElementCode = 'F32' | 'I32' | 'BOOL' | 'F16' | 'BF16' | 'I64';

/** How elements of one type lie in a file, and what they become. */
export interface ElementType {
  readonly bytes: number;
  readonly dtype: DType;
  /** Elements from their bytes, little-endian; `fault` makes the error for a value that does not fit. */
  decode(bytes: ArrayBuffer, fault: (what: string) => Error): HostArray['data'];
}

export const ELEMENT_TYPES: Readonly<Record<ElementCode, ElementType>> = {
  F32: { bytes: 4, dtype: 'float32', decode: (bytes) => new Float32Array(bytes) },
  I32: { bytes: 4, dtype: 'int32', decode: (bytes) => new Int32Array(bytes) },
  BOOL: { bytes: 1, dtype: 'bool', decode: (bytes) => new Uint8Array(bytes) },
  F16: { bytes: 2, dtype: 'float32', decode: widenHalves },
  BF16: { bytes: 2, dtype: 'float32', decode: widenBrainFloats },
  I64: { bytes: 8, dtype: 'int32', decode: narrowIntegers },
};

/** The type an array is written as. PyTorch's batch norm keeps `num_batches_tracked` in int64 and takes nothing else. */
export function codeFor(name: string, dtype: DType): ElementCode {
  if (dtype === 'int32') return /(^|\.)num_batches_tracked$/.test(name) ? 'I64' : 'I32';
  return dtype === 'float32' ? 'F32' : 'BOOL';
}

/** The bytes of an array written as `code`. */
export function encodeElements(code: ElementCode, { data }: HostArray): Uint8Array {
  return bytesOf(code === 'I64' ? BigInt64Array.from(data as Int32Array, BigInt) : data);
}

function widenHalves(bytes: ArrayBuffer): Float32Array {
  const halves = new Uint16Array(bytes);
  const widened = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) widened[i] = halfToNumber(halves[i]);
  return widened;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16 is the upper half of a float32. */
function widenBrainFloats(bytes: ArrayBuffer): Float32Array {
  const upper = new Uint16Array(bytes);
  const widened = new Uint32Array(upper.length);
  for (let i = 0; i < upper.length; i++) widened[i] = upper[i] << 16;
  return new Float32Array(widened.buffer);
}

function narrowIntegers(bytes: ArrayBuffer, fault: (what: string) => Error): Int32Array {
  const wide = new BigInt64Array(bytes);
  const beyond = wide.findIndex((value) => BigInt.asIntN(32, value) !== value);
  if (beyond >= 0) throw fault(`holds ${wide[beyond]} at ${beyond}; needed 32-bit integers`);
  return Int32Array.from(wide, Number);
}
