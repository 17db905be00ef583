import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnndata } from './anndata.ts';
import { expected, fixture, messageOf, rowsOf } from './testing/fixtures.ts';
import { type H5Content, writeH5 } from './testing/write-h5.ts';

const LAYOUTS = ['dense.h5ad', 'csr.h5ad', 'csc.h5ad', 'nullable.h5ad', 'anndata-0.7.h5ad', 'v2.zarr', 'v3.zarr'];

/** Two observations, three variables, dense. */
const GOOD = {
  X: { data: Float32Array.of(3, 0, 1, 0, 2, 0), shape: [2, 3] },
  obs: { '@_index': 'barcode', barcode: ['AA-1', 'CC-1'] },
  var: { '@_index': 'gene', gene: ['ERBB2', 'FASN', 'GNAS'] },
};
const SPARSE = {
  '@encoding-type': 'csr_matrix',
  '@shape': Int32Array.of(2, 3) as never,
  data: Float32Array.of(3, 1, 2),
  indices: Int32Array.of(0, 2, 1),
  indptr: Int32Array.of(0, 2, 3),
};

const readMade = async (content: H5Content): ReturnType<typeof readAnndata> =>
  readAnndata(await writeH5(content, 'made.h5ad'));

describe('readAnndata', () => {
  it.each(LAYOUTS)('reads %s as anndata does', async (name) => {
    const { barcodes, counts, report } = await readAnndata(fixture(`anndata/${name}`));
    expect(barcodes).toEqual(expected.barcodes);
    expect(counts.genes).toEqual(expected.genes);
    expect(rowsOf(counts)).toEqual(expected.counts);
    expect(report).toMatchObject({ 'features-not-genes': 1, 'features-summed': 1 });
  });

  it.each(['csr.h5ad', 'nullable.h5ad', 'v2.zarr', 'v3.zarr'])('reads columns and positions of %s', async (name) => {
    const { obs, spatial } = await readAnndata(fixture(`anndata/${name}`), {
      obsColumns: ['in_tissue', 'label', 'none'],
    });
    expect(Array.from(obs.in_tissue, Number)).toEqual(expected.positions.in_tissue.slice(0, 6));
    expect(obs.label).toEqual(['a', 'b', 'a', 'a', 'b', 'b']);
    expect(Object.keys(obs)).toEqual(['in_tissue', 'label']);
    const { pxl_col_in_fullres: x, pxl_row_in_fullres: y } = expected.positions;
    expect([...spatial!]).toEqual(expected.barcodes.flatMap((_, i) => [x[i], y[i]]));
  });

  it.each(['csr.h5ad', 'nullable.h5ad', 'v3.zarr'])('names genes of %s by accession where asked', async (name) => {
    const { counts } = await readAnndata(fixture(`anndata/${name}`), { geneNames: 'id' });
    expect(counts.genes).toEqual(expected.ids);
    expect(rowsOf(counts)).toEqual(expected.countsById);
  });

  it('reads counts kept in raw or a layer, and says so where X has none', async () => {
    const path = fixture('anndata/raw.h5ad');
    expect(rowsOf((await readAnndata(path, { matrix: 'raw' })).counts)).toEqual(expected.counts);
    const layer = await readAnndata(path, { matrix: 'layers/counts' });
    expect(layer.counts.genes).toEqual(['ERBB2', 'GNAS', 'ACTB']);
    expect(rowsOf(layer.counts)).toEqual(expected.countsById.map((row) => [row[0], row[2], row[4]]));
    expect(await messageOf(readAnndata(path))).toContain('the file also has raw, layers/counts (option matrix)');
    expect(await messageOf(readAnndata(path, { matrix: 'layers/none' }))).toContain('/layers/none: needed a matrix');
  });

  it('says what it cannot read: lzf compression, and tables from before 0.7', async () => {
    expect(await messageOf(readAnndata(fixture('anndata/lzf.h5ad')))).toContain(
      'compressed with lzf, which cannot be read',
    );
    expect(await messageOf(readAnndata(fixture('anndata/anndata-0.6.h5ad')))).toContain(
      'before 0.7; read and write it again',
    );
    expect(await messageOf(readAnndata(fixture('anndata/none.zarr')))).toContain('needed a zarr folder, found none');
    expect(await messageOf(readAnndata(fixture('geo')))).toContain('dataset /obs');
  });

  it.each<[string, H5Content, string]>([
    ['no X', { obs: GOOD.obs, var: GOOD.var }, 'dataset /X: needed a matrix, found none'],
    ['no obs', { X: GOOD.X, var: GOOD.var }, 'dataset /obs: needed a text attribute _index'],
    [
      'no index',
      { ...GOOD, obs: { '@_index': 'x', barcode: ['AA-1', 'CC-1'] } },
      'dataset /obs/x: needed the row names',
    ],
    [
      'another shape',
      { ...GOOD, X: { data: Float32Array.of(1, 2), shape: [2, 1] } },
      '/X: is 2 x 1, needed 2 observations x 3 variables',
    ],
    [
      'another sparse shape',
      { ...GOOD, X: { ...SPARSE, '@shape': Int32Array.of(3, 2) as never } },
      '/X: is 3 x 2, needed 2 observations',
    ],
    [
      'an unknown kind of matrix',
      { ...GOOD, X: { ...SPARSE, '@encoding-type': 'coo' } },
      'needed csr_matrix or csc_matrix, found coo',
    ],
    [
      'NaN',
      { ...GOOD, X: { data: Float32Array.of(3, 0, NaN, 0, 2, 0), shape: [2, 3] } },
      'barcode AA-1, feature GNAS: needed a whole number of molecules in 0..16777216, found NaN',
    ],
    [
      'a negative count',
      { ...GOOD, X: { data: Float32Array.of(3, 0, -1, 0, 2, 0), shape: [2, 3] } },
      'found -1; use raw counts',
    ],
    ['text for counts', { ...GOOD, X: { data: ['a', 'b', 'c', 'd', 'e', 'f'], shape: [2, 3] } }, '/X: needed numbers'],
    [
      'a column out of range',
      { ...GOOD, X: { ...SPARSE, indices: Int32Array.of(0, 3, 1) } },
      'needed a feature in 0..2, found 3',
    ],
    [
      'a row out of range',
      { ...GOOD, X: { ...SPARSE, '@encoding-type': 'csc_matrix', indptr: Int32Array.of(0, 1, 2, 3) } },
      'needed a row in 0..1, found 2',
    ],
    [
      'an observation twice',
      { ...GOOD, obs: { '@_index': 'b', b: ['AA-1', 'AA-1'] } },
      'barcode AA-1 already stands at entry 1',
    ],
    [
      'a masked type',
      {
        ...GOOD,
        var: {
          ...GOOD.var,
          feature_types: {
            '@encoding-type': 'nullable-string-array',
            mask: Int8Array.of(0, 1, 0),
            values: ['a', 'b', 'c'],
          },
        },
      },
      'feature_types, entry 2: needed a value, found none (masked)',
    ],
    [
      'a missing category',
      {
        ...GOOD,
        var: {
          ...GOOD.var,
          feature_types: { '@encoding-type': 'categorical', codes: Int8Array.of(0, -1, 0), categories: ['a'] },
        },
      },
      'entry 2: needed a category in 0..0, found -1 (missing)',
    ],
    [
      'positions of another length',
      { ...GOOD, obsm: { spatial: { data: Float64Array.of(1, 2), shape: [1, 2] } } },
      '/obsm/spatial: needed 2 x 2 pixels, found 1 x 2',
    ],
  ])('refuses a file with %s, saying where', async (_, content, message) => {
    const text = await messageOf(readMade(content));
    expect(text).toContain('made.h5ad');
    expect(text).toContain(message);
    expect(text).toMatch(/; \w+/);
  });

  it('reads or refuses whatever stands in the arrays: no crash, and never a matrix that does not fit together', async () => {
    const number = fc.constantFrom(-1, 0, 1, 2, 3, 7, 2.5, NaN, Infinity, 2 ** 24 + 1);
    const numbers = fc.array(number, { maxLength: 5 }).map((values) => Float64Array.from(values));
    const good = [Float64Array.of(3, 1, 2), Float64Array.of(0, 2, 1), Float64Array.of(0, 2, 3)] as const;
    const arrays = fc.tuple(...good.map((array) => fc.oneof(fc.constant(array), numbers)));
    const kind = fc.constantFrom('csr_matrix', 'csc_matrix');
    const property = fc.asyncProperty(arrays, kind, fc.nat(4), async ([data, indices, indptr], encoding, rows) => {
      const X = {
        ...SPARSE,
        '@encoding-type': encoding,
        '@shape': Int32Array.of(rows, 3) as never,
        data,
        indices,
        indptr,
      };
      const made: { counts?: Awaited<ReturnType<typeof readAnndata>>['counts'] } = {};
      await messageOf(readMade({ ...GOOD, X }).then(({ counts }) => (made.counts = counts)));
      if (made.counts) rowsOf(made.counts);
    });
    await fc.assert(property, { seed: 6, numRuns: 150 });
  });

  it('does not take a lost chunk of a zarr table for zeros', async () => {
    const copy = join(await mkdtemp(join(tmpdir(), 'spotbench-zarr-')), 'lost.zarr');
    await cp(fixture('anndata/v3.zarr'), copy, { recursive: true });
    await rm(join(copy, 'X/data/c'), { recursive: true });
    expect(await messageOf(readAnndata(copy))).toBe(
      `${copy} dataset /X/data: needed the chunk /X/data/c/0, found none; zarr would take its entries for zeros; copy the whole folder again`,
    );
  });

  it.each([
    ['X/data', 'v3'],
    ['var/feature_types', 'v3'],
    ['obsm/spatial', 'v2'],
  ])(
    'does not take %s of a zarr %s table for absent when its numbers are of a type that is not read',
    async (name, v) => {
      const copy = join(await mkdtemp(join(tmpdir(), 'spotbench-zarr-')), 'odd.zarr');
      await cp(fixture(`anndata/${v}.zarr`), copy, { recursive: true });
      const array = name === 'var/feature_types' ? `${name}/codes` : name;
      const path = join(copy, array, v === 'v3' ? 'zarr.json' : '.zarray');
      const type = v === 'v3' ? '"data_type": "complex128"' : '"dtype": "<c16"';
      await writeFile(path, (await readFile(path, 'utf8')).replace(/"(data_type|dtype)": *"[^"]+"/, type));
      expect(await messageOf(readAnndata(copy))).toMatch(
        new RegExp(`/${array}: does not read \\(.*(c16|complex128)\\); write`),
      );
    },
  );

  it('refuses a file cut short anywhere', async () => {
    const good = await readFile(fixture('anndata/csc.h5ad'));
    const path = await writeH5({ other: Int32Array.of(1) }, 'cut.h5ad');
    const property = fc.asyncProperty(fc.nat(good.length - 1), async (length) => {
      await writeFile(path, good.subarray(0, length));
      expect(await messageOf(readAnndata(path))).toContain('cut.h5ad');
    });
    await fc.assert(property, { seed: 6, numRuns: 100 });
  });
});
