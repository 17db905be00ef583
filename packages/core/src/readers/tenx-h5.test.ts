import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTenxH5 } from './tenx-h5.ts';
import { expected, fixture, messageOf, rowsOf } from './testing/fixtures.ts';
import { type H5Content, writeH5 } from './testing/write-h5.ts';

/** Two barcodes, three features. */
const GOOD = {
  barcodes: ['AA-1', 'CC-1'],
  data: Int32Array.of(3, 1, 2),
  indices: Int32Array.of(0, 2, 1),
  indptr: Int32Array.of(0, 2, 3),
  shape: Int32Array.of(3, 2),
  features: { id: ['E1', 'E2', 'E3'], name: ['ERBB2', 'FASN', 'GNAS'] },
};

const readMade = async (matrix: H5Content): ReturnType<typeof readTenxH5> => readTenxH5(await writeH5({ matrix }));
const without = (name: keyof typeof GOOD): H5Content =>
  Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name));

describe('readTenxH5', () => {
  it('reads version 3 as scanpy does, sums symbols that stand twice and leaves antibodies out', async () => {
    const { barcodes, counts, report } = await readTenxH5(fixture('tenx-v3.h5'));
    expect(barcodes).toEqual(expected.barcodes);
    expect(counts.genes).toEqual(expected.genes);
    expect(rowsOf(counts)).toEqual(expected.counts);
    expect(report).toMatchObject({ 'features-not-genes': 1, 'features-summed': 1, 'unsorted-rows': 0 });
  });

  it('names genes by accession where asked', async () => {
    const { counts } = await readTenxH5(fixture('tenx-v3.h5'), { geneNames: 'id' });
    expect(counts.genes).toEqual(expected.ids);
    expect(rowsOf(counts)).toEqual(expected.countsById);
  });

  it('reads one genome of version 2', async () => {
    const { counts } = await readTenxH5(fixture('tenx-v2.h5'), { genome: 'GRCh38' });
    expect(rowsOf(counts)).toEqual(expected.counts);
    const mouse = await readTenxH5(fixture('tenx-v2.h5'), { genome: 'mm10' });
    expect(rowsOf(mouse.counts)).toEqual(expected.countsById.map((row) => row.slice(0, 3).map((count) => 2 * count)));
  });

  it.each([
    [undefined, 'genes of 2 genomes (GRCh38, mm10); say which'],
    ['rn6', 'needed genome rn6, found GRCh38, mm10'],
  ])('refuses version 2 with several genomes and %s asked for', async (genome, message) => {
    expect(await messageOf(readTenxH5(fixture('tenx-v2.h5'), { genome }))).toContain(message);
  });

  it('refuses version 3 with several genomes, or one that is not there', async () => {
    const features = { ...GOOD.features, genome: ['GRCh38', 'mm10', 'mm10'] };
    const path = await writeH5({ matrix: { ...GOOD, features } });
    expect(await messageOf(readTenxH5(path))).toContain('genes of 2 genomes (GRCh38, mm10); say which');
    expect(await messageOf(readTenxH5(path, { genome: 'x' }))).toContain('needed genome x');
    const { counts, report } = await readTenxH5(path, { genome: 'mm10' });
    expect(counts.genes).toEqual(['FASN', 'GNAS']);
    expect(report['features-of-other-genomes']).toBe(1);
  });

  it('sorts columns, drops stored zeros, and counts both', async () => {
    const unsorted = { ...GOOD, indices: Int32Array.of(2, 0, 1), data: Int32Array.of(1, 3, 0) };
    const { counts, report } = await readMade(unsorted);
    expect(rowsOf(counts)).toEqual([
      [3, 0, 1],
      [0, 0, 0],
    ]);
    expect(report).toMatchObject({ 'unsorted-rows': 1, 'explicit-zeros': 1 });
  });

  it.each<[string, H5Content, string]>([
    ['no barcodes', without('barcodes'), 'dataset /matrix/barcodes: needed an array, found none'],
    ['no counts', without('data'), 'dataset /matrix/data: needed an array, found none'],
    ['no features', without('features'), 'dataset /matrix/features/id: needed an array, found none'],
    ['counts as text', { ...GOOD, data: ['3', '1', '2'] }, '/matrix/data: needed numbers, found type'],
    ['names as numbers', { ...GOOD, barcodes: Int32Array.of(1, 2) }, '/matrix/barcodes: needed text, found type'],
    [
      'a negative count',
      { ...GOOD, data: Int32Array.of(3, -1, 2) },
      'barcode AA-1, feature GNAS: needed a whole number of molecules in 0..16777216, found -1',
    ],
    ['a fraction', { ...GOOD, data: Float32Array.of(3, 1.5, 2) }, 'found 1.5; use raw counts'],
    [
      'NaN',
      { ...GOOD, data: Float64Array.of(3, NaN, 2) },
      'feature GNAS: needed a whole number of molecules in 0..16777216, found NaN',
    ],
    ['a count beyond float32', { ...GOOD, data: Float64Array.of(3, 2 ** 24 + 1, 2) }, 'found 16777217'],
    [
      'a feature out of range',
      { ...GOOD, indices: Int32Array.of(0, 3, 1) },
      'barcode AA-1: needed a feature in 0..2, found 3',
    ],
    ['a negative feature', { ...GOOD, indices: Int32Array.of(0, -1, 1) }, 'needed a feature in 0..2, found -1'],
    ['a feature twice', { ...GOOD, indices: Int32Array.of(2, 2, 1) }, 'barcode AA-1: feature GNAS stands twice'],
    ['falling pointers', { ...GOOD, indptr: Int32Array.of(0, 4, 3) }, 'row pointers fall from 4 to 3 at row 1'],
    [
      'pointers beyond the end',
      { ...GOOD, indptr: Int32Array.of(0, 2, 4) },
      'row pointers run from 0 to 4, needed 0 to the 3 entries',
    ],
    ['too few pointers', { ...GOOD, indptr: Int32Array.of(0, 3) }, '/matrix/indptr: needed 3 entries, found 2'],
    [
      'fewer indices than counts',
      { ...GOOD, indices: Int32Array.of(0, 2) },
      '/matrix/indices: needed 3 entries, found 2',
    ],
    ['another shape', { ...GOOD, shape: Int32Array.of(2, 3) }, 'says 2 features x 3 barcodes, found 3 x 2'],
    ['a shape of three', { ...GOOD, shape: Int32Array.of(3, 2, 1) }, 'needed a shape of two whole numbers'],
    ['a barcode twice', { ...GOOD, barcodes: ['AA-1', 'AA-1'] }, 'entry 2: barcode AA-1 already stands at entry 1'],
    ['an empty barcode', { ...GOOD, barcodes: ['AA-1', ''] }, 'entry 2: needed a barcode, found ""'],
    [
      'an empty gene',
      { ...GOOD, features: { id: ['a', 'b', 'c'], name: ['A', '', 'C'] } },
      'feature 2: needed a gene name, found ""; name genes by accession (option geneNames: id)',
    ],
    [
      'names of another length',
      { ...GOOD, features: { id: ['a', 'b', 'c'], name: ['A'] } },
      '/matrix/features/name: needed 3 entries, found 1',
    ],
    [
      'no gene',
      { ...GOOD, features: { ...GOOD.features, feature_type: ['A', 'A', 'A'] } },
      'none of 3 features is a gene',
    ],
    [
      'counts in two dimensions',
      { ...GOOD, data: { data: Int32Array.of(3, 1, 2), shape: [3, 1] } },
      'needed 1 dimensions, found shape [3, 1]',
    ],
  ])('refuses a file with %s, saying where', async (_, matrix, message) => {
    const text = await messageOf(readMade(matrix));
    expect(text).toContain('made.h5');
    expect(text).toContain(message);
    expect(text).toMatch(/; \w+/);
  });

  it('refuses a file that is not there, is not HDF5, is cut short, or is HDF5 of another kind', async () => {
    const bytes = await readFile(fixture('tenx-v3.h5'));
    const path = await writeH5({ other: Int32Array.of(1) });
    expect(await messageOf(readTenxH5(`${path}.none`))).toContain('cannot be read; check the data folder');
    expect(await messageOf(readTenxH5(path))).toContain('needed a group matrix, or one per genome');
    await writeFile(path, 'barcode,gene\n');
    expect(await messageOf(readTenxH5(path))).toContain('needed an HDF5 file ("file signature not found")');
    await writeFile(path, bytes.subarray(0, bytes.length - 100));
    expect(await messageOf(readTenxH5(path))).toContain('truncated file');
  });

  it('reads or refuses whatever became of a file: no crash, and never a matrix that does not fit together', async () => {
    const good = await readFile(fixture('tenx-v3.h5'));
    const path = await writeH5({ other: Int32Array.of(1) }, 'mutated.h5');
    const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) });
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bytes = Buffer.from(good);
      for (const { at, byte } of changes) bytes[at] = byte;
      await writeFile(path, bytes);
      const made: { counts?: Awaited<ReturnType<typeof readTenxH5>>['counts'] } = {};
      await messageOf(readTenxH5(path).then(({ counts }) => (made.counts = counts)));
      if (made.counts) rowsOf(made.counts);
    });
    await fc.assert(property, { seed: 5, numRuns: 300 });
  });
});
