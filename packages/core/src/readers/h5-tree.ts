import { stat } from 'node:fs/promises';
import type { Dataset, Entity, File, Group } from 'h5wasm';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { badData } from './bad-data.ts';
import { quote } from './delimited-table.ts';
import { storedBlocks } from './h5-stored.ts';
import { type Library, loadH5wasm } from './load-h5wasm.ts';
import { fromBigInts, type Numbers, placeIn, type Tree } from './tree.ts';

/** HDF5's numbers of its type classes. Booleans are an enumeration. */
const STRING_CLASS = 3;
const NUMBER_CLASSES = [0, 1, 8];

/** Least numbers read at a time: little enough to stay in the processor's cache until they are copied. */
const BLOCK = 2 ** 18;

/** Of the typed array that the library makes of a dataset's numbers, 64-bit integers included. */
type ViewConstructor = new (memory: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

/**
 * Opens an HDF5 file for reading. The library (a WebAssembly build of HDF5) is loaded at the first call.
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not HDF5 or cut short.
 */
export async function openH5(path: string): Promise<Tree> {
  await stat(path).catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${path}: cannot be read; check the data folder or fetch the data set`, {
      cause,
    });
  });
  const { h5wasm, library } = await loadH5wasm();
  prepare(library);
  const file = guarded(path, 'needed an HDF5 file', () => new h5wasm.File(path, 'r'));
  return new H5Tree(path, file, library);
}

/** What HDF5 reported since the last call of the library began. It goes on after an error, and so would the caller. */
let reported = '';
/** Numbers come without pointers to texts, so their memory need not be cleared. */
let readsNumbers = false;
const prepared = new WeakSet<object>();

/**
 * Makes failed reads known. The library ignores them: it would print HDF5's report to stderr and hand out whatever was in
 * memory. Its own way to turn reports into exceptions leaves HDF5 half-way through a call, and it may hang in a later one.
 */
function prepare(module: Library): void {
  if (prepared.has(module)) return;
  prepared.add(module);
  const files = module.FS as unknown as { write: Write };
  const write = files.write.bind(files);
  files.write = (stream, buffer, offset, length, ...rest) => {
    if (stream.fd !== 2) return write(stream, buffer, offset, length, ...rest);
    reported += Buffer.from(buffer.subarray(offset, offset + length)).toString('utf8');
    return length;
  };
  // After a failed read the library frees the texts it believes to have read: of memory that is all 0 there are none, of any
  // other it would abort, and be of no use from then on.
  const allocate = module._malloc.bind(module);
  module._malloc = (bytes: number): number => {
    const pointer = allocate(bytes);
    if (!readsNumbers) module.HEAPU8.fill(0, pointer, pointer + bytes);
    return pointer;
  };
}

type Write = (stream: { fd: number }, buffer: Uint8Array, offset: number, length: number, ...rest: unknown[]) => number;

class H5Tree implements Tree {
  readonly path: string;
  readonly #file: File;
  readonly #library: Library;

  constructor(path: string, file: File, library: Library) {
    this.path = path;
    this.#file = file;
    this.#library = library;
  }

  kind(name: string): Promise<'group' | 'array' | 'absent'> {
    return this.#read(name, () => {
      const entity = this.#find(name);
      if (entity === undefined) return 'absent';
      return isDataset(entity) ? 'array' : typeOf(entity) === 'Group' ? 'group' : 'absent';
    });
  }

  children(group: string): Promise<string[]> {
    return this.#read(group, () => (this.#find(group) as Group).keys());
  }

  attribute(name: string, key: string): Promise<unknown> {
    return this.#read(name, () => {
      const attribute = (this.#find(name) as Group | Dataset | undefined)?.attrs[key];
      return attribute?.value ?? undefined;
    });
  }

  shape(array: string): Promise<readonly number[]> {
    return this.#read(array, () => this.#dataset(array).shape ?? []);
  }

  chunkRows(array: string): Promise<number> {
    return this.#read(array, () => this.#dataset(array).metadata.chunks?.[0] ?? 1);
  }

  elements(array: string): Promise<'text' | 'numbers' | 'other'> {
    return this.#read(array, () => {
      const { type } = this.#dataset(array).metadata;
      return type === STRING_CLASS ? 'text' : NUMBER_CLASSES.includes(type) ? 'numbers' : 'other';
    });
  }

  numbers(array: string, rows?: readonly [from: number, to: number]): Promise<Numbers> {
    return this.#read(array, () => {
      const dataset = this.#dataset(array);
      if (!NUMBER_CLASSES.includes(dataset.metadata.type))
        throw badData(placeIn(this, array), `needed numbers, found type ${dtypeOf(dataset)}`);
      const [length = 1, ...rest] = dataset.shape ?? [];
      readsNumbers = true;
      try {
        if (rows === undefined && rest.length === 0 && length > BLOCK) return this.#long(dataset, length, array);
        const ranges = rest.map((): [] => []);
        return this.#asNumbers(rows ? dataset.slice([[rows[0], rows[1]], ...ranges]) : dataset.value, array);
      } finally {
        readsNumbers = false;
      }
    });
  }

  /** Past the library where that can be; it reads all else, and says what is wrong with a damaged file. */
  #long(dataset: Dataset, length: number, array: string): Numbers {
    try {
      return this.#collect(storedBlocks(this.path, dataset), length, array);
    } catch {
      reported = '';
      return this.#collect(this.#blocks(dataset, length), length, array);
    }
  }

  #collect(blocks: Iterable<ArrayBufferView>, length: number, array: string): Numbers {
    let all: Numbers | undefined;
    let at = 0;
    for (const stored of blocks) {
      const block = this.#asNumbers(stored, array, at);
      if (block.length === length) return block;
      all ??= new (block.constructor as new (length: number) => Numbers)(length);
      // Of 64-bit integers, the first beyond int32.
      if (block instanceof Float64Array && all instanceof Int32Array) all = Float64Array.from(all);
      all.set(block, at);
      at += block.length;
    }
    return all!;
  }

  /** Block by block through one piece of the library's memory. Its own way would leave a copy of each block behind. */
  *#blocks(dataset: Dataset, length: number): Generator<ArrayBufferView> {
    const { chunks, size } = dataset.metadata;
    // Whole chunks, so that none is decompressed twice.
    const chunk = chunks?.[0] ?? 1;
    const step = Math.min(length, Math.ceil(BLOCK / chunk) * chunk);
    const { constructor: Stored } = dataset.slice([[0, 1]]) as unknown as { readonly constructor: ViewConstructor };
    const pointer = this.#library._malloc(step * size);
    try {
      for (let from = 0; from < length; from += step) {
        const count = Math.min(step, length - from);
        const [counts, offsets] = [[BigInt(count)], [BigInt(from)]];
        this.#library.get_dataset_data(dataset.file_id, dataset.path, counts, offsets, [1n], BigInt(pointer));
        // The library's memory may have moved as it grew. Out of it with what will not be copied.
        const { buffer } = this.#library.HEAPU8;
        yield count < length
          ? new Stored(buffer, pointer, count)
          : new Stored(buffer.slice(pointer, pointer + count * size), 0, count);
      }
    } finally {
      this.#library._free(pointer);
    }
  }

  strings(array: string): Promise<string[]> {
    return this.#read(array, () => {
      const dataset = this.#dataset(array);
      const value: unknown = dataset.metadata.type === STRING_CLASS ? dataset.value : undefined;
      if (typeof value === 'string') return [value];
      if (!Array.isArray(value)) throw badData(placeIn(this, array), `needed text, found type ${dtypeOf(dataset)}`);
      if (value.some((text) => String(text).includes('\uFFFD')))
        throw badData(placeIn(this, array), 'needed text in UTF-8, found other bytes');
      return value as string[];
    });
  }

  close(): Promise<void> {
    // Also called after a failure, which is the one to be reported.
    try {
      this.#file.close();
    } catch {
      return Promise.resolve();
    }
    return Promise.resolve();
  }

  /** The library follows links and returns null for what is not there, but throws below a missing group. */
  #find(name: string): Entity | undefined {
    let entity: Entity | null = this.#file;
    for (const part of name.split('/').filter(Boolean)) {
      if (typeOf(entity) !== 'Group' || !(entity as Group).keys().includes(part)) return undefined;
      entity = (entity as Group).get(part);
      if (entity === null) return undefined;
    }
    return entity;
  }

  #dataset(name: string): Dataset {
    const entity = this.#find(name);
    if (entity === undefined || !isDataset(entity)) throw badData(placeIn(this, name), 'needed a dataset, found none');
    return entity;
  }

  #asNumbers(value: unknown, array: string, first = 0): Numbers {
    if (value instanceof BigInt64Array || value instanceof BigUint64Array)
      return fromBigInts(value, placeIn(this, array), first);
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as Numbers;
    if (typeof value === 'number' || typeof value === 'bigint') return Float64Array.of(Number(value));
    throw badData(placeIn(this, array), `needed numbers, found type ${dtypeOf(this.#dataset(array))}`);
  }

  #read<T>(name: string, action: () => T): Promise<T> {
    return new Promise((done) => done(guarded(placeIn(this, name), 'does not read', action)));
  }
}

function isDataset(entity: Entity): entity is Dataset {
  return typeOf(entity) === 'Dataset';
}

/** The library's enumeration is not exported, its values are; comparing classes would need the library loaded. */
function typeOf(entity: Entity): string {
  return (entity as unknown as { type: string }).type;
}

function dtypeOf(dataset: Dataset): string {
  return typeof dataset.dtype === 'string' ? dataset.dtype : 'compound';
}

/** Runs `action`, making an error of the library one that says where; of its long stack the last reason is kept. */
function guarded<T>(where: string, what: string, action: () => T): T {
  reported = '';
  try {
    const result = action();
    if (reported !== '') throw new Error(reported);
    return result;
  } catch (cause) {
    // Numbers that a failed read left are not what is wrong.
    if (cause instanceof SpotbenchError && reported === '') throw cause;
    const text = reported !== '' ? reported : cause instanceof Error ? cause.message : String(cause);
    const reasons = [...text.matchAll(/\(\): (.*)/g)].map((match) => match[1]);
    const filter = /required filter '?([^']*?)'? is not registered/.exec(text)?.[1];
    if (filter !== undefined)
      throw badData(where, `compressed with ${filter}, which cannot be read`, 'write it again with gzip', cause);
    const remedy = text.includes('Float16') ? 'write it again as float32' : undefined;
    throw badData(where, `${what} (${quote(reasons.at(-1) ?? text.split('\n')[0])})`, remedy, cause);
  }
}
