import { access, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as zarrita from 'zarrita';
import type { Array as ZarrArray, DataType, Group } from 'zarrita';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { openZarrFolder, type ZarrFolder } from '../images/load-zarrita.ts';
import { badData } from './bad-data.ts';
import { fromBigInts, type Numbers, placeIn, type Tree } from './tree.ts';

type Zarr = typeof zarrita;
type Node = ZarrArray<DataType> | Group<never>;

/** The entries of a sparse matrix: none is zero, so that writers leave out no chunk of them. */
const ENTRIES = /(^|\/)data$/;

/**
 * Opens a zarr folder, version 2 or 3. The library is loaded at the first call.
 * @throws SpotbenchError `missing-data` when there is no such folder.
 */
export async function openZarr(path: string): Promise<Tree> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory())
    throw new SpotbenchError('missing-data', `${path}: needed a zarr folder, found none; check the data folder`);
  const { zarr, root } = await openZarrFolder(path);
  return new ZarrTree(path, zarr, root.store);
}

class ZarrTree implements Tree {
  readonly path: string;
  readonly #zarr: Zarr;
  readonly #root: zarrita.Location<Pick<ZarrFolder['root']['store'], 'get' | 'getRange'>>;
  readonly #nodes = new Map<string, Node | undefined>();

  /** Files that the last read found missing. */
  readonly #missing: string[] = [];

  constructor(path: string, zarr: Zarr, store: ZarrFolder['root']['store']) {
    this.path = path;
    this.#zarr = zarr;
    const noted = <T>(key: string, bytes: T): T => {
      if (bytes === undefined) this.#missing.push(key);
      return bytes;
    };
    this.#root = zarr.root({
      get: async (key, options) => noted(key, await store.get(key, options)),
      getRange: async (key, range, options) => noted(key, await store.getRange(key, range, options)),
    });
  }

  async kind(name: string): Promise<'group' | 'array' | 'absent'> {
    const node = await this.#open(name);
    if (node === undefined) return 'absent';
    return node.kind;
  }

  async children(group: string): Promise<string[]> {
    const entries = await readdir(join(this.path, group), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  async attribute(name: string, key: string): Promise<unknown> {
    const node = await this.#open(name);
    // Metadata without attributes are legal.
    return node?.attrs?.[key];
  }

  async shape(array: string): Promise<readonly number[]> {
    return (await this.#array(array)).shape;
  }

  async chunkRows(array: string): Promise<number> {
    return (await this.#array(array)).chunks[0] ?? 1;
  }

  async elements(array: string): Promise<'text' | 'numbers' | 'other'> {
    const node = await this.#array(array);
    if (node.is('number') || node.is('bigint') || node.is('boolean')) return 'numbers';
    return node.is('string') || node.is('object') ? 'text' : 'other';
  }

  async numbers(array: string, rows?: readonly [from: number, to: number]): Promise<Numbers> {
    const data: unknown = await this.#data(array, rows);
    const where = placeIn(this, array);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) return fromBigInts(data, where);
    if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return data as Numbers;
    const values = isIterable(data) ? [...data] : [];
    if (values.length === 0 || !values.every((value) => typeof value === 'boolean' || typeof value === 'number'))
      throw badData(where, `needed numbers, found ${(await this.#array(array)).dtype}`);
    return Float64Array.from(values, Number);
  }

  async strings(array: string): Promise<string[]> {
    const data: unknown = await this.#data(array);
    const values = isIterable(data) ? [...data] : [];
    if (!values.every((value) => typeof value === 'string'))
      throw badData(placeIn(this, array), `needed text, found ${(await this.#array(array)).dtype}`);
    return values;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #open(name: string): Promise<Node | undefined> {
    if (this.#nodes.has(name)) return this.#nodes.get(name);
    const stored = await this.#stored(name);
    const at = this.#root.resolve(name);
    const node =
      stored &&
      (await this.#guard(name, async () => {
        const { v2, v3 } = this.#zarr.open;
        if (stored === 'v3') return (await v3(at)) as unknown as Node;
        return (await (stored === 'v2 array'
          ? v2(at, { kind: 'array' })
          : v2(at, { kind: 'group' }))) as unknown as Node;
      }));
    this.#nodes.set(name, node);
    return node;
  }

  /** By the metadata that are there: of what the library cannot open it would say that there is none of that name. */
  async #stored(name: string): Promise<'v3' | 'v2 array' | 'v2 group' | undefined> {
    const isThere = (file: string): Promise<boolean> =>
      access(join(this.path, name, file)).then(
        () => true,
        () => false,
      );
    if (await isThere('zarr.json')) return 'v3';
    if (await isThere('.zarray')) return 'v2 array';
    return (await isThere('.zgroup')) ? 'v2 group' : undefined;
  }

  async #array(name: string): Promise<ZarrArray<DataType>> {
    const node = await this.#open(name);
    if (node?.kind !== 'array') throw badData(placeIn(this, name), 'needed an array, found none');
    return node;
  }

  async #data(name: string, rows?: readonly [number, number]): Promise<unknown> {
    const node = await this.#array(name);
    const selection = rows && [this.#zarr.slice(rows[0], rows[1]), ...node.shape.slice(1).map(() => null)];
    this.#missing.length = 0;
    const { data } = await this.#guard(name, async () => (await this.#zarr.get(node, selection)) as { data: unknown });
    if (ENTRIES.test(name) && this.#missing.length > 0)
      throw badData(
        placeIn(this, name),
        `needed the chunk ${this.#missing[0]}, found none; zarr would take its entries for zeros`,
        'copy the whole folder again',
      );
    return data;
  }

  async #guard<T>(name: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (cause instanceof SpotbenchError) throw cause;
      const why = cause instanceof Error ? cause.message.split('\n')[0] : 'unreadable';
      const remedy = /unsupported/i.test(why) ? 'write it again as float32, int32 or text' : undefined;
      throw badData(placeIn(this, name), `does not read (${why})`, remedy, cause);
    }
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
