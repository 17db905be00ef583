import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Dataset } from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { type Run, storageOf } from './h5-storage.ts';
import { storedBlocks } from './h5-stored.ts';
import { openH5 } from './h5-tree.ts';
import { loadH5wasm } from './load-h5wasm.ts';
import { fixture } from './testing/fixtures.ts';

/** Written by scripts/golden_h5_storage.py. */
const made = (name: string): string => join(fixture('h5-storage'), name);
const LENGTH = 403;
const TYPES = ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8'];
const below = (group: string): string[] => TYPES.map((type) => `${group}/${type}`);
const PLAIN = [...below('plain'), 'header/ordered'];
const CHUNKED = [...['chunks', 'gzip', 'both'].flatMap(below), 'header/one-chunk', 'header/continued'];
const OTHER = [
  'big-endian',
  'float16',
  'bool',
  'checksummed',
  'shuffled',
  'lzf',
  'two-dimensions',
  'compact',
  'never-written',
];
const ALL = [
  ...PLAIN,
  ...CHUNKED,
  ...[...OTHER, 'partly-written', 'begun', 'past-a-filter'].map((name) => `other/${name}`),
];

/** Numbers, or why there are none. */
type Outcome = readonly number[] | string;

async function pastLibrary(path: string, names: readonly string[]): Promise<Outcome[]> {
  const { h5wasm } = await loadH5wasm();
  const file = new h5wasm.File(path, 'r');
  try {
    return names.map((name) => numbersOf(path, file.get(name) as Dataset));
  } finally {
    file.close();
  }
}

function numbersOf(path: string, dataset: Dataset): Outcome {
  const all: number[] = [];
  try {
    // Of each block before the next takes its memory.
    for (const block of storedBlocks(path, dataset))
      all.push(...Array.from(block as unknown as ArrayLike<number | bigint>, Number));
    return all;
  } catch (error) {
    return (error as Error).message;
  }
}

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** These arrays are short, and so read by the library. */
async function byLibrary(path: string, names: readonly string[]): Promise<Outcome[]> {
  const tree = await openH5(path);
  const found = names.map(async (name): Promise<Outcome> => {
    try {
      return Array.from(await tree.numbers(name));
    } catch (error) {
      return (error as Error).message;
    }
  });
  return Promise.all(found).finally(() => tree.close());
}

describe('numbers read past the library', () => {
  it.each([
    ['earliest.h5', [...PLAIN, ...CHUNKED]],
    ['v108.h5', [...PLAIN, ...CHUNKED]],
    // It finds chunks by other means than a version 1 B-tree.
    ['latest.h5', PLAIN],
  ])('are those that it reads, of every type and in every usual way, %s', async (name, readable) => {
    const [stored, library] = [await pastLibrary(made(name), ALL), await byLibrary(made(name), ALL)];
    expect(ALL.filter((_, k) => Array.isArray(stored[k]))).toEqual(readable);
    ALL.forEach((array, k) => {
      if (readable.includes(array)) expect(stored[k], array).toEqual(library[k]);
    });
  });

  it.each([
    ['other/big-endian', 'numbers that typed arrays do not hold'],
    ['other/float16', 'numbers that typed arrays do not hold'],
    ['other/bool', 'numbers that typed arrays do not hold'],
    ['other/checksummed', 'filters 3'],
    ['other/shuffled', 'filters 2'],
    ['other/lzf', 'filters 32000'],
    ['other/two-dimensions', 'an array of several dimensions'],
    ['other/compact', 'array in layout 3.0'],
    ['other/never-written', 'the file ends before'],
    ['other/partly-written', 'chunk of element 200, needed that of 0'],
    ['other/begun', '2 chunks of 100 for 403'],
    ['other/past-a-filter', 'chunk of element 0 came past a filter'],
  ])('are left to it where an array is stored in another way: %s', async (array, reason) => {
    expect(await pastLibrary(made('earliest.h5'), [array])).toEqual([expect.stringContaining(reason)]);
  });

  it('are left to it where a file begins with something else', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'spotbench-h5-')), 'user-block.h5');
    await writeFile(path, Buffer.concat([Buffer.alloc(512), readFileSync(made('earliest.h5'))]));
    expect(await pastLibrary(path, ['plain/i4'])).toEqual(['a file with a user block or short addresses']);
    expect(await byLibrary(path, ['plain/i4'])).toEqual(await byLibrary(made('earliest.h5'), ['plain/i4']));
  });

  it('are left to it where elements were shuffled by another size than theirs', async () => {
    const path = await withFilterValue('shuffle', 4);
    expect(await pastLibrary(path, ['both/i8'])).toEqual(['shuffled by another size']);
  });

  it('are said not to be read, whatever the library left in their place, where it cannot', async () => {
    const path = await withFilterValue('deflate', 94);
    // What was read before lies in their place.
    const [, found] = await byLibrary(path, ['plain/f8', 'both/i8']);
    expect(found).toContain('does not read ("filter returned failure during read")');
  });

  // Of some such files the library says other numbers, or none, that can still be read.
  it.each(['earliest.h5', 'v108.h5'])(
    'are the right ones or those that it reads where %s is damaged in what says where they are',
    async (name) => {
      const path = join(await mkdtemp(join(tmpdir(), 'spotbench-h5-')), 'damaged.h5');
      const good = readFileSync(made(name));
      const outcomes = { same: 0, left: 0 };
      for (const array of ['plain/i4', 'gzip/i4', 'both/i8', 'header/continued']) {
        const [undamaged] = await pastLibrary(made(name), [array]);
        const property = fc.asyncProperty(damagedIn(good, await placesRead(made(name), array)), async (damaged) => {
          await writeFile(path, damaged);
          const [stored] = await pastLibrary(path, [array]);
          outcomes[Array.isArray(stored) ? 'same' : 'left']++;
          if (Array.isArray(stored) && !equal(stored, undamaged))
            expect(stored).toEqual((await byLibrary(path, [array]))[0]);
        });
        await fc.assert(property, { seed: 31, numRuns: 60 });
      }
      expect(outcomes.same).toBeGreaterThan(10);
      expect(outcomes.left).toBeGreaterThan(20);
    },
  );
});

/** A file whose array `both/i8` says another value of one of its filters. */
async function withFilterValue(filter: string, value: number): Promise<string> {
  const bytes = readFileSync(made('earliest.h5'));
  const { h5wasm } = await loadH5wasm();
  const file = new h5wasm.File(made('earliest.h5'), 'r');
  const header = Number(Buffer.from((file.get('both/i8') as Dataset).create_reference().ref_data).readBigUInt64LE());
  file.close();
  // The filter's name, 8 bytes, and then its value.
  bytes[bytes.indexOf(filter, header) + 8] = value;
  const path = join(await mkdtemp(join(tmpdir(), 'spotbench-h5-')), 'filter.h5');
  await writeFile(path, bytes);
  return path;
}

/** What of a file is looked at to find an array. */
async function placesRead(path: string, array: string): Promise<Run[]> {
  const { h5wasm } = await loadH5wasm();
  const file = new h5wasm.File(path, 'r');
  const dataset = file.get(array) as Dataset;
  const [{ size: elementBytes, chunks }, places] = [dataset.metadata, [] as Run[]];
  const header = Number(Buffer.from(dataset.create_reference().ref_data).readBigUInt64LE());
  file.close();
  const bytes = readFileSync(path);
  const read = (at: number, length: number): Buffer => {
    places.push({ at, bytes: length });
    return bytes.subarray(at, at + length);
  };
  const runs = storageOf(read, { header, length: LENGTH, elementBytes, chunkLength: chunks?.[0] });
  // And the first bytes of what is there.
  return [...places, { at: runs[0].at, bytes: 2 }];
}

function damagedIn(good: Buffer, places: readonly Run[]): fc.Arbitrary<Buffer> {
  const flip = fc.record({ place: fc.constantFrom(...places), part: fc.double({ max: 0.999, min: 0, noNaN: true }) });
  const flips = fc.array(fc.record({ flip, byte: fc.nat(255) }), { minLength: 1, maxLength: 2 });
  return flips.map((list) => {
    const damaged = Buffer.from(good);
    for (const {
      flip: { place, part },
      byte,
    } of list)
      damaged[place.at + Math.floor(part * place.bytes)] = byte;
    return damaged;
  });
}
