import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CountMatrix } from '../contracts/counts.ts';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { readAnndata } from './anndata.ts';
import { readTenxH5 } from './tenx-h5.ts';
import { fixture, rowsOf } from './testing/fixtures.ts';
import { GuardedReads } from './testing/guarded-reads.ts';
import { editedBytes } from './testing/mutations.ts';
import { type H5Content, writeH5 } from './testing/write-h5.ts';

interface Table {
  readonly barcodes: readonly string[];
  readonly counts: CountMatrix;
}

/** What a table says, whatever the order of its observations and genes. */
function meaningOf({ barcodes, counts }: Table): Record<string, Record<string, number>> {
  const rows = rowsOf(counts);
  const spots = barcodes.map((barcode, i) => {
    const found = counts.genes.map((gene, g) => [gene, rows[i][g]] as const).filter(([, n]) => n !== 0);
    return [barcode, Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))] as const;
  });
  return Object.fromEntries(spots);
}

async function outcome<T>(read: () => Promise<T>): Promise<{ value: T } | { refusal: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (isSpotbenchError(error, 'bad-data', 'missing-data', 'unsupported')) return { refusal: error.message };
    throw error;
  }
}

/** Compressed rows of 2 x 3 counts, and what they say. */
const GOOD = {
  barcodes: ['AA-1', 'CC-1'],
  genes: ['ERBB2', 'FASN', 'GNAS'],
  // The types of anndata, whose arrays may be taken as they are.
  data: Float32Array.of(3, 1, 2),
  indices: Int32Array.of(0, 2, 1),
  indptr: Int32Array.of(0, 2, 3),
};
type Arrays = Readonly<Record<keyof typeof GOOD, string[] | Float32Array | Float64Array | Int32Array>>;
const MEANING = { 'AA-1': { ERBB2: 3, GNAS: 1 }, 'CC-1': { FASN: 2 } };

interface Layout {
  readonly name: string;
  readonly file: string;
  readonly content: (arrays: Arrays) => H5Content;
  readonly read: (path: string) => Promise<Table>;
}

const LAYOUTS: readonly Layout[] = [
  {
    name: '10x h5, version 3',
    file: 'fuzz-v3.h5',
    content: ({ barcodes, genes, ...rest }) => ({
      matrix: { barcodes, features: { id: genes, name: genes }, shape: Int32Array.of(3, 2), ...rest },
    }),
    read: readTenxH5,
  },
  {
    name: '10x h5, version 2',
    file: 'fuzz-v2.h5',
    content: ({ barcodes, genes, ...rest }) => ({
      GRCh38: { barcodes, genes, gene_names: genes, shape: Int32Array.of(3, 2), ...rest },
    }),
    read: readTenxH5,
  },
  {
    name: 'h5ad',
    file: 'fuzz.h5ad',
    content: ({ barcodes, genes, ...rest }) => ({
      X: { '@encoding-type': 'csr_matrix', '@shape': Int32Array.of(2, 3), ...rest },
      obs: { '@_index': 'name', name: barcodes },
      var: { '@_index': 'name', name: genes },
    }),
    read: readAnndata,
  },
];

const wrongNumber = fc.constantFrom(NaN, Infinity, -Infinity, -1, 0.5, 2 ** 24 + 1, 2 ** 53);
const numeric = fc.constantFrom('data', 'indices', 'indptr');
const named = fc.constantFrom('barcodes', 'genes');
const wrongName = fc.constantFrom('', ' A', 'A\n', 'A\u0001');

const changed = (name: keyof Arrays, value: Arrays[keyof Arrays]): Arrays => ({ ...GOOD, [name]: value });

/** Each makes the arrays say something else or nothing. */
const HARMFUL: fc.Arbitrary<Arrays> = fc.oneof(
  fc.tuple(numeric, fc.nat(2), wrongNumber).map(([name, at, value]) => {
    return changed(name, Float64Array.from(GOOD[name]).with(at, value));
  }),
  fc.tuple(fc.nat(2), wrongNumber).map(([at, value]) => changed('data', GOOD.data.with(at, value))),
  numeric.map((name) => changed(name, Array.from(GOOD[name], String))),
  numeric.map((name) => changed(name, GOOD[name].slice(0, -1))),
  numeric.map((name) => changed(name, Int32Array.of(...GOOD[name], 1))),
  named.map((name) => changed(name, GOOD[name].slice(1))),
  fc.tuple(named, wrongName).map(([name, text]) => changed(name, GOOD[name].with(1, text))),
  fc.constantFrom(
    changed('barcodes', ['AA-1', 'AA-1']),
    changed('indices', Int32Array.of(2, 2, 1)),
    changed('indices', Int32Array.of(0, 3, 1)),
    changed('indptr', Int32Array.of(0, 4, 3)),
    changed('indptr', Int32Array.of(1, 2, 3)),
  ),
);

/** Each says the same: rows unsorted, zeros stored, numbers of another type. */
const HARMLESS: fc.Arbitrary<Arrays> = fc.oneof(
  fc.constantFrom<Arrays>(
    { ...GOOD, indices: Int32Array.of(2, 0, 1), data: Float32Array.of(1, 3, 2) },
    { ...GOOD, indices: Int32Array.of(0, 1, 2, 1), data: Float32Array.of(3, 0, 1, 2), indptr: Int32Array.of(0, 3, 4) },
  ),
  numeric.map((name) => changed(name, Float64Array.from(GOOD[name]))),
  numeric.map((name) => changed(name, Int32Array.from(GOOD[name]))),
);

describe.each(LAYOUTS)('$name', ({ file, content, read }) => {
  it('says the same with rows unsorted, zeros stored and numbers of another type', async () => {
    const property = fc.asyncProperty(HARMLESS, async (arrays) => {
      expect(meaningOf(await read(await writeH5(content(arrays), file)))).toEqual(MEANING);
    });
    await fc.assert(property, { seed: 21, numRuns: 12 });
  });

  it('is refused by name when numbers, types, sizes or names are not what they must be', async () => {
    const property = fc.asyncProperty(HARMFUL, async (arrays) => {
      const path = await writeH5(content(arrays), file);
      const found = await outcome(() => read(path));
      expect('refusal' in found ? found.refusal : meaningOf(found.value)).toContain(file);
    });
    await fc.assert(property, { seed: 22, numRuns: 90 });
  });
});

/** A few bytes changed, none added: a file of another length is refused at once. */
function flippedBytes(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  const flip = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
  return fc.array(flip, { minLength: 1, maxLength: 6 }).map((flips) => {
    const changed = Buffer.from(bytes);
    for (const { at, byte } of flips) changed[at] = byte;
    return changed;
  });
}

describe('damaged HDF5 files', () => {
  // A thread that has to load everything on a busy machine takes seconds for its first file; a hang takes for ever.
  const reads = new GuardedReads(20_000);
  afterAll(() => reads.close());

  /** HDF5 keeps no checksum of plain data: a flipped count is another count, and nobody can tell. */
  it.each([
    ['tenx', 'tenx-v2.h5'],
    ['hest', 'hest-patches.h5'],
    ['anndata', 'anndata/csr.h5ad'],
    ['anndata', 'anndata/anndata-0.7.h5ad'],
  ] as const)(
    '%s: %s with flipped bytes is refused by name, or gives a table that fits together',
    async (reader, name) => {
      const bytes = await readFile(fixture(name));
      const path = join(
        await mkdtemp(join(tmpdir(), 'spotbench-fuzz-')),
        `flipped${name.slice(name.lastIndexOf('.'))}`,
      );
      const kinds: Record<string, number> = {};
      const property = fc.asyncProperty(flippedBytes(bytes), async (changed) => {
        await writeFile(path, changed);
        const { kind, message } = await reads.read(reader, path);
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        if (kind === 'refused') expect(message).toContain(path);
        else expect(kind).toBe('read');
      });
      await fc.assert(property, { seed: 23, numRuns: 80 });
      expect(Object.keys(kinds).sort()).toEqual(['read', 'refused']);
    },
  );
});

describe.each(['v2.zarr', 'v3.zarr'])('damaged %s', (name) => {
  it('is refused by name, or gives a table that fits together, whichever file is edited, cut short or gone', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'spotbench-fuzz-')), name);
    await cp(fixture(`anndata/${name}`), folder, { recursive: true });
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const original = meaningOf(await readAnndata(folder));
    let refused = 0;
    for (const file of files) {
      const bytes = await readFile(file);
      const cut = fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length));
      const property = fc.asyncProperty(fc.oneof(editedBytes(bytes), cut), async (changed) => {
        await writeFile(file, changed);
        const found = await outcome(() => readAnndata(folder));
        if ('value' in found) {
          meaningOf(found.value);
        } else {
          refused++;
          expect(found.refusal, relative(folder, file)).toContain(folder);
        }
      });
      await fc.assert(property, { seed: 24, numRuns: 4 });
      await writeFile(file, bytes);
    }
    expect(refused).toBeGreaterThan(files.length);
    expect(meaningOf(await readAnndata(folder))).toEqual(original);
  });
});
