/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header `{name: {dtype, shape, data_offsets}}` with
 * an optional `__metadata__` of strings, then the bytes of all arrays without gaps.
 *
 * Source: huggingface/safetensors, README, "Format". Little-endian hosts only, which is every platform Node 20 runs on
 * except s390x.
 */
import { bytesOf, SpotbenchError } from '@spotbench/core';
import type { DType, HostArray, HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';

/** What a file holds. */
export interface SafetensorsContent {
  readonly arrays: HostArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

const CODES: Readonly<Record<DType, string>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };
const DTYPES: Readonly<Record<string, DType>> = { F32: 'float32', I32: 'int32', BOOL: 'bool' };
const LARGEST_HEADER = 100_000_000; // the reference implementation's own limit

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The bytes of a safetensors file. Arrays are written in order of name; the header is padded to a multiple of 8. */
export function encodeSafetensors({ arrays, metadata }: SafetensorsContent): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const names = Object.keys(arrays).sort();
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = arrays[name];
    header[name] = { dtype: CODES[dtype], shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = 8 + Math.ceil(json.byteLength / 8) * 8;
  const file = Buffer.alloc(start + offset, ' ', 'ascii');
  file.writeBigUInt64LE(BigInt(start - 8), 0);
  json.copy(file, 8);
  for (const name of names) {
    const { data_offsets } = header[name] as Entry;
    file.set(bytesOf(arrays[name].data), start + data_offsets[0]);
  }
  return file;
}

/**
 * Reads the bytes of a safetensors file; `where` names it in errors. 16-bit and 64-bit arrays are refused by name.
 *
 * @throws SpotbenchError `bad-data` when the bytes are not a safetensors file, are cut off, or overlap.
 */
export function decodeSafetensors(file: Uint8Array, where: string): SafetensorsContent {
  const { header, data } = readHeader(file, where);
  const { __metadata__: metadata = {}, ...entries } = header;
  requireContiguous(entries as Record<string, Entry>, data.byteLength, where);
  const arrays = Object.entries(entries).map(([name, entry]) => [name, readArray(name, entry as Entry, data, where)]);
  return { arrays: Object.fromEntries(arrays) as HostArrays, metadata: metadata as Record<string, string> };
}

function readHeader(file: Uint8Array, where: string): { header: Record<string, unknown>; data: Uint8Array } {
  if (file.byteLength < 8) throw damaged(where, `${file.byteLength} bytes, needed at least 8`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > LARGEST_HEADER) throw damaged(where, 'it does not begin with a header length: not a safetensors file');
  if (8 + length > file.byteLength) {
    throw damaged(where, `the header needs ${8 + length} bytes, the file has ${file.byteLength}: cut off`);
  }
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)));
    if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new TypeError('not an object');
    return { header: header as Record<string, unknown>, data: file.subarray(8 + length) };
  } catch (cause) {
    throw damaged(where, 'its header is not JSON: not a safetensors file', cause);
  }
}

function requireContiguous(entries: Readonly<Record<string, Entry>>, bytes: number, where: string): void {
  for (const [name, entry] of Object.entries(entries)) requireEntry(name, entry, where);
  const ordered = Object.entries(entries).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  let end = 0;
  for (const [name, { data_offsets }] of ordered) {
    if (data_offsets[0] !== end)
      throw damaged(where, `array "${name}" begins at byte ${data_offsets[0]}, needed ${end}`);
    end = data_offsets[1];
  }
  if (end !== bytes) throw damaged(where, `its arrays need ${end} bytes of data, it has ${bytes}`);
}

function requireEntry(name: string, entry: Partial<Entry> | null, where: string): void {
  const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const { shape, data_offsets: range } = entry ?? {};
  const described = Array.isArray(shape) && shape.every(whole) && Array.isArray(range) && range.length === 2;
  if (!described || !range.every(whole) || range[1] < range[0])
    throw damaged(where, `array "${name}" is not described`);
}

function readArray(
  name: string,
  { dtype: code, shape, data_offsets: [begin, end] }: Entry,
  data: Uint8Array,
  where: string,
): HostArray {
  const dtype = Object.hasOwn(DTYPES, code) ? DTYPES[code] : undefined;
  if (dtype === undefined) {
    throw new SpotbenchError(
      'unsupported',
      `${where}: array "${name}" is ${code}; needed F32, I32 or BOOL: convert it first`,
    );
  }
  const elementBytes = dtype === 'bool' ? 1 : 4;
  if (end - begin !== sizeOf(shape) * elementBytes) {
    throw damaged(where, `array "${name}" of shape [${shape.join(', ')}] has ${end - begin} bytes`);
  }
  // A copy at offset 0, since typed arrays must be aligned; Buffer.slice would be a view.
  const bytes = new Uint8Array(data.subarray(begin, end));
  const views = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  return { dtype, shape, data: new views[dtype](bytes.buffer) };
}

function damaged(where: string, what: string, cause?: unknown): SpotbenchError {
  return new SpotbenchError('bad-data', `${where}: ${what}`, { cause });
}
