import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type { Dataset } from 'h5wasm';
import { storageOf } from './h5-storage.ts';
import { unshuffle } from './unshuffle.ts';

/** HDF5's numbers of its type classes. */
const [INTEGER, FLOAT] = [0, 1];

/** The elements of a chunk, from how it is stored: in `block`, or in memory of their own. */
type Decode = (stored: Buffer, block: Uint8Array) => Uint8Array;
type BlockConstructor = new (memory: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

/**
 * The numbers of an array of one dimension, read from the file itself and decompressed by Node's zlib, which is
 * faster than the library's in WebAssembly: all at once, or chunk by chunk, each in the memory of the one before.
 * @throws Error where the array is stored in another way than most are, or damaged: the library can read it, or say what is wrong.
 */
export function* storedBlocks(path: string, dataset: Dataset): Generator<ArrayBufferView> {
  const { size: elementBytes, shape, chunks } = dataset.metadata;
  if (shape?.length !== 1) throw new Error('an array of several dimensions');
  const [Block, decode, length, chunkLength] = [blockOf(dataset), decoderOf(dataset), shape[0], chunks?.[0]];
  const header = Number(Buffer.from(dataset.create_reference().ref_data).readBigUInt64LE());
  const file = openSync(path, 'r');
  try {
    const { size: fileBytes } = fstatSync(file);
    const read = (at: number, bytes: number, into?: Uint8Array): Buffer => {
      // Before memory is taken for what a damaged file asks for.
      if (at + bytes > fileBytes) throw new Error(`the file ends before ${at + bytes}`);
      const buffer = into ? Buffer.from(into.buffer, into.byteOffset, bytes) : Buffer.allocUnsafe(bytes);
      if (readSync(file, buffer, 0, bytes, at) !== bytes) throw new Error(`the file ends before ${at + bytes}`);
      return buffer;
    };
    const runs = storageOf(read, { header, length, elementBytes, chunkLength });
    const block = new Uint8Array((chunkLength ?? length) * elementBytes);
    const compressed = new Uint8Array(
      chunkLength === undefined ? 0 : runs.reduce((most, { bytes }) => Math.max(most, bytes), 0),
    );
    for (const [k, { at, bytes }] of runs.entries()) {
      const plain = chunkLength === undefined ? read(at, bytes, block) : decode(read(at, bytes, compressed), block);
      // The last chunk is stored whole.
      const count = Math.min(chunkLength ?? length, length - k * (chunkLength ?? 0));
      yield new Block(plain.buffer, plain.byteOffset, count);
    }
  } finally {
    closeSync(file);
  }
}

/** For what nearly all writers do: no filter, gzip (1), or shuffling (2) before gzip. */
function decoderOf({ filters, metadata: { size } }: Dataset): Decode {
  const names = filters.map(({ id }) => id).join();
  if (names === '2,1' && filters[0].cd_values[0] !== size) throw new Error('shuffled by another size');
  if (names === '') return (stored, block) => ofLength(stored, block.length);
  if (names === '1') return (stored, block) => inflate(stored, block.length);
  if (names === '2,1') return (stored, block) => unshuffle(inflate(stored, block.length), size, block);
  throw new Error(`filters ${names}`);
}

/** `length` also keeps a damaged chunk from growing without bound. */
function inflate(bytes: Buffer, length: number): Buffer {
  return ofLength(inflateSync(bytes, { chunkSize: Math.max(64, length), maxOutputLength: length }), length);
}

function ofLength(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new Error(`a chunk of ${bytes.length} bytes, needed ${length}`);
  return bytes;
}

function blockOf({ metadata: { type, size, signed, littleEndian } }: Dataset): BlockConstructor {
  const integers = signed
    ? { 1: Int8Array, 2: Int16Array, 4: Int32Array, 8: BigInt64Array }
    : { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array };
  const floats = { 4: Float32Array, 8: Float64Array };
  const types: Record<number, BlockConstructor | undefined> =
    type === INTEGER ? integers : type === FLOAT ? floats : {};
  const found = types[size];
  if (found === undefined || (!littleEndian && size > 1)) throw new Error('numbers that typed arrays do not hold');
  return found;
}
