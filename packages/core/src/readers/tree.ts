import { badData } from './bad-data.ts';
import { quote } from './delimited-table.ts';

/** Numbers as stored, 64-bit integers as int32 where all fit and float64 where not. */
export type Numbers =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Groups, arrays and attributes by path: what HDF5 files and zarr folders have in common. Paths are like `obs/in_tissue`. */
export interface Tree {
  /** The file or folder, for messages. */
  readonly path: string;
  kind(name: string): Promise<'group' | 'array' | 'absent'>;
  /** Names directly below a group. */
  children(group: string): Promise<string[]>;
  /** A number, text, boolean or list of those; undefined where there is none of that name. */
  attribute(name: string, key: string): Promise<unknown>;
  shape(array: string): Promise<readonly number[]>;
  /** Rows that are stored together, and so best read together: 1 where the array is not stored in chunks. */
  chunkRows(array: string): Promise<number>;
  elements(array: string): Promise<'text' | 'numbers' | 'other'>;
  /** All numbers of an array, or rows `from` up to `to` of it, row-major. Booleans are 0 and 1. */
  numbers(array: string, rows?: readonly [from: number, to: number]): Promise<Numbers>;
  strings(array: string): Promise<string[]>;
  close(): Promise<void>;
}

/** `file.h5 dataset /matrix/data`, for messages. */
export function placeIn(tree: Tree, name: string): string {
  return `${tree.path} dataset /${name}`;
}

/** The shape of an array. @throws SpotbenchError `bad-data` when it is not there, or has another number of dimensions. */
export async function needArray(tree: Tree, name: string, dimensions: number): Promise<readonly number[]> {
  const kind = await tree.kind(name);
  if (kind !== 'array')
    throw badData(placeIn(tree, name), `needed an array, found ${kind === 'group' ? 'a group' : 'none'}`);
  const shape = await tree.shape(name);
  if (shape.length !== dimensions)
    throw badData(placeIn(tree, name), `needed ${dimensions} dimensions, found shape [${shape.join(', ')}]`);
  return shape;
}

/** The numbers of a one-dimensional array. @throws SpotbenchError `bad-data` when it is not one, or of another length. */
export async function needNumbers(tree: Tree, name: string, length?: number): Promise<Numbers> {
  checkLength(tree, name, await needArray(tree, name, 1), length);
  return tree.numbers(name);
}

/** The texts of a one-dimensional array. @throws SpotbenchError `bad-data` when it is not one, or of another length. */
export async function needStrings(tree: Tree, name: string, length?: number): Promise<string[]> {
  checkLength(tree, name, await needArray(tree, name, 1), length);
  return tree.strings(name);
}

function checkLength(tree: Tree, name: string, [found]: readonly number[], needed: number | undefined): void {
  if (needed !== undefined && found !== needed)
    throw badData(placeIn(tree, name), `needed ${needed} entries, found ${found}`);
}

/** A text attribute. @throws SpotbenchError `bad-data` when there is none of that name, or it is not text. */
export async function needText(tree: Tree, name: string, key: string): Promise<string> {
  const value = await tree.attribute(name, key);
  if (typeof value !== 'string')
    throw badData(placeIn(tree, name), `needed a text attribute ${key}, found ${quote(String(value))}`);
  return value;
}

/** An attribute of two whole numbers, such as the shape of a sparse matrix. @throws SpotbenchError `bad-data`. */
export function needPair(value: unknown, where: string): [number, number] {
  const pair = value === undefined ? [] : Array.from(value as ArrayLike<number | bigint>, Number);
  if (pair.length !== 2 || !pair.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw badData(where, `needed a shape of two whole numbers, found [${pair.join(', ')}]`);
  return [pair[0], pair[1]];
}

/**
 * 64-bit integers as int32, or as float64 where one does not fit; `first` is the position of the first of them. Each is put
 * together from its halves, low one first as typed arrays have them, without a BigInt of each.
 * @throws SpotbenchError `bad-data` for one that float64 does not hold.
 */
export function fromBigInts(
  values: BigInt64Array | BigUint64Array,
  where: string,
  first = 0,
): Int32Array | Float64Array {
  const halves = [values.buffer, values.byteOffset, values.length * 2] as const;
  const low = new Uint32Array(...halves);
  const short = lowHalves(low);
  if (short) return short;
  const numbers = new Float64Array(values.length);
  const high = values instanceof BigInt64Array ? new Int32Array(...halves) : low;
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = high[2 * i + 1] * 2 ** 32 + low[2 * i];
    if (!Number.isSafeInteger(numbers[i]))
      throw badData(`${where}, entry ${first + i + 1}`, `needed a number below 2^53, found ${values[i]}`);
  }
  return numbers;
}

/** The low halves of integers, where all are in 0..2^31 - 1: of nearly all files, in a third of the time. */
function lowHalves(halves: Uint32Array): Int32Array | undefined {
  const numbers = new Int32Array(halves.length / 2);
  let rest = 0;
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = halves[2 * i];
    rest |= halves[2 * i + 1] | (numbers[i] & 0x80000000);
  }
  return rest === 0 ? numbers : undefined;
}
