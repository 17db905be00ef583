/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header `{name: {dtype, shape, data_offsets}}` with
 * an optional `__metadata__` of strings, then the bytes of all arrays without gaps.
 *
 * Source: huggingface/safetensors, README, "Format". Little-endian hosts only, which is every platform Node 20 runs on
 * except s390x.
 */
import { SpotbenchError } from '@spotbench/core';
import type { HostArray, HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import { codeFor, ELEMENT_TYPES, encodeElements, type ElementCode } from './safetensors-elements.ts';

/** What a file holds. */
export interface SafetensorsContent {
  readonly arrays: HostArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

const LARGEST_HEADER = 100_000_000; // the reference implementation's own limit

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * The bytes of a safetensors file: F32, I32, BOOL, and I64 for the batch counters that PyTorch keeps as such. Arrays are
 * written in order of name; the header is padded to a multiple of 8.
 */
export function encodeSafetensors({ arrays, metadata }: SafetensorsContent): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const names = Object.keys(arrays).sort();
  let offset = 0;
  for (const name of names) {
    const { dtype, shape } = arrays[name];
    const code = codeFor(name, dtype);
    const end = offset + sizeOf(shape) * ELEMENT_TYPES[code].bytes;
    header[name] = { dtype: code, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = 8 + Math.ceil(json.byteLength / 8) * 8;
  const file = Buffer.alloc(start + offset, ' ', 'ascii');
  file.writeBigUInt64LE(BigInt(start - 8), 0);
  json.copy(file, 8);
  for (const name of names) {
    const { dtype, data_offsets } = header[name] as Entry;
    file.set(encodeElements(dtype as ElementCode, arrays[name]), start + data_offsets[0]);
  }
  return file;
}

/**
 * Reads the bytes of a safetensors file; `where` names it in errors. F16 and BF16 become float32 and I64 becomes int32, all
 * without loss; other types are refused by name.
 *
 * @throws SpotbenchError `bad-data` when the bytes are not a safetensors file, are cut off, overlap, or hold an integer
 * beyond 32 bits; `unsupported` for other element types.
 */
export function decodeSafetensors(file: Uint8Array, where: string): SafetensorsContent {
  const { header, data } = readHeader(file, where);
  const { __metadata__: metadata = {}, ...entries } = header;
  requireStrings(metadata, where);
  requireContiguous(entries as Record<string, Entry>, data.byteLength, where);
  const arrays = Object.entries(entries).map(([name, entry]) => [name, readArray(name, entry as Entry, data, where)]);
  return { arrays: Object.fromEntries(arrays) as HostArrays, metadata };
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
  if (!Object.hasOwn(ELEMENT_TYPES, code)) {
    const known = Object.keys(ELEMENT_TYPES).join(', ');
    throw new SpotbenchError('unsupported', `${where}: array "${name}" is ${code}; needed ${known}: convert it first`);
  }
  const type = ELEMENT_TYPES[code as ElementCode];
  if (end - begin !== sizeOf(shape) * type.bytes) {
    throw damaged(where, `array "${name}" of shape [${shape.join(', ')}] has ${end - begin} bytes`);
  }
  // A copy at offset 0, since typed arrays must be aligned; Buffer.slice would be a view.
  const bytes = new Uint8Array(data.subarray(begin, end));
  const fault = (what: string) => damaged(where, `array "${name}" ${what}`);
  return { dtype: type.dtype, shape, data: type.decode(bytes.buffer, fault) };
}

function requireStrings(metadata: unknown, where: string): asserts metadata is Record<string, string> {
  const isRecord = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  if (isRecord && Object.values(metadata).every((value) => typeof value === 'string')) return;
  throw damaged(where, 'its __metadata__ is not a record of texts');
}

function damaged(where: string, what: string, cause?: unknown): SpotbenchError {
  return new SpotbenchError('bad-data', `${where}: ${what}`, { cause });
}
