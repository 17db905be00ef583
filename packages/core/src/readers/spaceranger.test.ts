import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnndataSection } from './anndata-section.ts';
import { parseMatrixMarket } from './matrix-market.ts';
import { readScaleFactors } from './scale-factors.ts';
import { findTissuePositions, readSpacerangerSection, type SpacerangerSource } from './spaceranger.ts';
import { findTenxMtx, readTenxMtx } from './tenx-mtx.ts';
import { expected, fixture, messageOf, rowsOf } from './testing/fixtures.ts';
import { tinyJpeg } from './testing/tiny-section.ts';
import { readTissuePositions } from './tissue-positions.ts';

const CSV = 'spatial/tissue_positions_list.csv';

/** A copy of a fixture folder with one file changed. */
async function changed(folder: string, name: string, edit: (text: string) => string | Uint8Array): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'spotbench-visium-'));
  await cp(fixture(folder), copy, { recursive: true });
  await writeFile(join(copy, name), edit(await readFile(join(copy, name), 'utf8')));
  return copy;
}

async function source(parts: Partial<SpacerangerSource> = {}): Promise<SpacerangerSource> {
  const imagePath = join(await mkdtemp(join(tmpdir(), 'spotbench-visium-')), 'image.jpg');
  await writeFile(imagePath, await tinyJpeg());
  return {
    countsPath: fixture('tenx-v3.h5'),
    positionsPath: fixture(CSV),
    imagePath,
    id: 'V1',
    patient: 'V',
    ...parts,
  };
}

describe('readSpacerangerSection', () => {
  it.each(['tenx-v3.h5', 'mtx-v3', 'mtx-v2'])(
    'joins counts of %s and positions by barcode, in tissue only',
    async (name) => {
      const { spots, counts, image, report } = await readSpacerangerSection(
        await source({ countsPath: fixture(name) }),
      );
      const kept = [0, 1, 3, 4, 5];
      const { positions } = expected;
      expect(spots.ids).toEqual(kept.map((i) => expected.barcodes[i]));
      expect([...spots.arrayX]).toEqual(kept.map((i) => positions.array_col[i]));
      expect([...spots.arrayY]).toEqual(kept.map((i) => positions.array_row[i]));
      expect([...spots.pixelX]).toEqual(kept.map((i) => positions.pxl_col_in_fullres[i]));
      expect([...spots.pixelY]).toEqual(kept.map((i) => positions.pxl_row_in_fullres[i]));
      expect(rowsOf(counts)).toEqual(kept.map((i) => expected.counts[i]));
      expect([image.widthPx, image.heightPx]).toEqual([40, 30]);
      expect(report).toMatchObject({
        'unselected-spots': 1,
        'counts-of-unselected-spots': 1,
        'counts-without-spot': 0,
        'spots-without-counts': 1,
        'spots-with-zero-total': 1,
      });
    },
  );

  it('reads the same section from an anndata table', async () => {
    const { imagePath } = await source();
    const table = { tablePath: fixture('anndata/csr.h5ad'), imagePath, id: 'V1', patient: 'V' };
    const [anndata, visium] = [await readAnndataSection(table), await readSpacerangerSection(await source())];
    expect(anndata.spots).toEqual(visium.spots);
    expect(anndata.counts).toEqual(visium.counts);
    expect(await messageOf(readAnndataSection({ ...table, tablePath: fixture('anndata/anndata-0.7.h5ad') }))).toContain(
      'obs/array_col: needed a column, found none',
    );
  });

  it('scales positions to the hires image', async () => {
    const scaleFactorsPath = fixture('spatial/scalefactors_json.json');
    const { spots } = await readSpacerangerSection(await source({ imageScale: 'hires', scaleFactorsPath }));
    expect([...spots.pixelX]).toEqual([2, 4, 6, 10, 12]);
    expect(await messageOf(source({ imageScale: 'hires' }).then(readSpacerangerSection))).toContain(
      'needed tissue_hires_scalef',
    );
  });

  it('refuses a spot off the image, and files of different sections', async () => {
    const off = await changed('spatial', 'tissue_positions_list.csv', (text) =>
      text.replace('ACCC-1,1,2,4,15,20', 'ACCC-1,1,2,4,15,40'),
    );
    const positionsPath = join(off, 'tissue_positions_list.csv');
    expect(await messageOf(source({ positionsPath }).then(readSpacerangerSection))).toMatch(
      /tissue_positions_list\.csv line 5: spot ACCC-1 lies at pixel \(40, 15\), outside .*image\.jpg of 40 x 30 pixels; check/,
    );
    const other = await changed('spatial', 'tissue_positions_list.csv', (text) => text.replaceAll('-1,', '-2,'));
    const path = join(other, 'tissue_positions_list.csv');
    expect(await messageOf(source({ positionsPath: path }).then(readSpacerangerSection))).toContain(
      'none of its 6 spots',
    );
  });
});

describe('readTissuePositions', () => {
  it.each(['tissue_positions.csv', 'tissue_positions.parquet', 'zstd.parquet'])(
    'reads %s like the csv without header',
    async (name) => {
      const drop = (spots: Awaited<ReturnType<typeof readTissuePositions>>) =>
        spots.map((spot) => ({ ...spot, where: '' }));
      const read = drop(await readTissuePositions(fixture(`spatial/${name}`)));
      expect(read).toHaveLength(7);
      expect(read).toEqual(drop(await readTissuePositions(fixture(CSV))));
    },
  );

  it('finds the file of a spatial folder', async () => {
    expect(await findTissuePositions(fixture('spatial'))).toBe(fixture('spatial/tissue_positions.csv'));
    expect(await messageOf(findTissuePositions(fixture('geo')))).toContain('needed one of tissue_positions.csv');
  });

  it.each([
    ['a byte order mark and CRLF', (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['quoted fields', (text: string) => text.replace('AAAG-1', '"AAAG-1"')],
  ])('reads the same with %s', async (_, edit) => {
    const folder = await changed('spatial', 'tissue_positions_list.csv', edit);
    const ids = (await readTissuePositions(join(folder, 'tissue_positions_list.csv'))).map(({ id }) => id);
    expect(ids).toEqual(expected.positions.barcode);
  });

  it.each([
    ['a short row', 'AACC-1,0,1,3,10,16', 'AACC-1,0,1,3,10', 'line 3: needed 6 columns, found 5'],
    ['text for a number', '3,10,16', '3,10,x', 'line 3: pxl_col_in_fullres: needed a number, found "x"'],
    ['NaN', '3,10,16', '3,NaN,16', 'needed a number, found "NaN"'],
    ['a fraction of an array place', '3,10,16', '3.5,10,16', 'line 3: array_col: needed a whole number'],
    ['another flag', 'AACC-1,0', 'AACC-1,2', 'line 3: in_tissue: needed 0 or 1, found 2'],
    ['a barcode twice', 'AACC-1', 'AAAG-1', 'entry 3: barcode AAAG-1 already stands at entry 2'],
    ['an open quote', 'AACC-1', '"AACC-1', 'not a comma-separated table'],
  ])('refuses %s', async (_, before, after, message) => {
    const folder = await changed('spatial', 'tissue_positions_list.csv', (text) => text.replace(before, after));
    expect(await messageOf(readTissuePositions(join(folder, 'tissue_positions_list.csv')))).toContain(message);
  });

  it('refuses a header without a column, and a parquet file cut short', async () => {
    const folder = await changed('spatial', 'tissue_positions.csv', (text) => text.replace('array_row', 'row'));
    expect(await messageOf(readTissuePositions(join(folder, 'tissue_positions.csv')))).toContain(
      'line 1: needed a column array_row',
    );
    const bytes = await readFile(fixture('spatial/tissue_positions.parquet'));
    await writeFile(join(folder, 'cut.parquet'), bytes.subarray(0, 900));
    expect(await messageOf(readTissuePositions(join(folder, 'cut.parquet')))).toContain(
      'not a parquet file that can be read',
    );
  });

  it('reads or refuses whatever became of a parquet file', async () => {
    const good = await readFile(fixture('spatial/tissue_positions.parquet'));
    const path = join(await changed('spatial', 'tissue_positions.csv', String), 'mutated.parquet');
    const property = fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
      const bytes = Buffer.from(good);
      bytes[at] = byte;
      await writeFile(path, bytes);
      await messageOf(readTissuePositions(path));
    });
    await fc.assert(property, { seed: 8, numRuns: 300 });
  });
});

describe('readScaleFactors', () => {
  it('reads what Space Ranger wrote and refuses what it cannot have', async () => {
    expect(await readScaleFactors(fixture('spatial/scalefactors_json.json'))).toMatchObject({
      hiresScale: 0.5,
      lowresScale: 0.25,
      spotDiameterPx: 3,
    });
    const folder = await changed('spatial', 'scalefactors_json.json', (text) => text.replace('0.5', '-0.5'));
    expect(await messageOf(readScaleFactors(join(folder, 'scalefactors_json.json')))).toContain('not scale factors');
    await writeFile(join(folder, 'scalefactors_json.json'), '{');
    expect(await messageOf(readScaleFactors(join(folder, 'scalefactors_json.json')))).toContain('not JSON');
  });
});

describe('readTenxMtx', () => {
  it('takes a features file of one column for symbols', async () => {
    const symbols = (text: string): string => text.replace(/^[^\t\n]*\t/gm, '');
    const folder = await changed('mtx-v2', 'genes.tsv', symbols);
    const [alone, both] = await Promise.all(
      [folder, fixture('mtx-v2')].map(async (at) => readTenxMtx(await findTenxMtx(at))),
    );
    expect(alone).toEqual(both);
  });

  const read = async (folder: string): Promise<string> =>
    messageOf(findTenxMtx(folder).then((paths) => readTenxMtx(paths)));
  const HEAD = '%%MatrixMarket matrix coordinate integer general\n%\n';

  it.each<[string, string, (text: string) => string | Uint8Array, string]>([
    ['a barcode twice', 'barcodes.tsv', (text) => text.replace('AAAG-1', 'AAAC-1'), 'barcode AAAC-1 already stands'],
    [
      'a feature without symbol',
      'genes.tsv',
      (text) => text.replace('\tFASN', ''),
      'genes.tsv line 2: needed 2 columns as on the first line, found 1',
    ],
    [
      'one barcode less',
      'barcodes.tsv',
      (text) => text.replace('AAAG-1\n', ''),
      'is 7 x 6, needed 7 features x 5 barcodes',
    ],
    ['no features', 'genes.tsv', () => '\n', 'needed at least one feature'],
    [
      'a transposed matrix',
      'matrix.mtx',
      () => `${HEAD}6 7 1\n1 1 1\n`,
      'is 6 x 7, needed 7 features x 6 barcodes; transpose it',
    ],
    [
      'an entry twice',
      'matrix.mtx',
      () => `${HEAD}7 6 2\n1 1 1\n1 1 2\n`,
      'barcode AAAC-1: feature ERBB2 stands twice',
    ],
    ['bytes that are not text', 'genes.tsv', () => Uint8Array.of(65, 255, 9, 66), 'genes.tsv: needed text in UTF-8'],
  ])('refuses %s', async (_, name, edit, message) => {
    expect(await read(await changed('mtx-v2', name, edit))).toContain(message);
  });

  it('says which file is missing', async () => {
    expect(await read(fixture('geo'))).toContain('matrix.mtx.gz, found none');
  });
});

describe('parseMatrixMarket', () => {
  const GOOD = '%%MatrixMarket matrix coordinate integer general\n% made up\n3 2 3\n3 1 4\n1 1 2\n2 2 5\n';
  const parse = (text: string): ReturnType<typeof parseMatrixMarket> => parseMatrixMarket(Buffer.from(text), 'm.mtx');
  const parseMessage = (text: string): Promise<string> => messageOf(Promise.resolve().then(() => parse(text)));

  it.each([
    ['as it is', GOOD],
    ['with a byte order mark and CRLF', `\uFEFF${GOOD.replaceAll('\n', '\r\n')}`],
    ['as real numbers', GOOD.replace('integer', 'real').replace(' 4\n', ' 4.0\n').replace(' 5\n', ' 5e+00\n')],
    ['with tabs, blanks and no newline at the end', GOOD.replace('1 1 2', ' 1\t1  2 ').trimEnd()],
  ])('reads a matrix %s', (_, text) => {
    const { rowCount, columnCount, raw } = parse(text);
    expect([rowCount, columnCount]).toEqual([3, 2]);
    expect([raw.indptr, raw.indices, raw.values].map((array) => Array.from(array))).toEqual([
      [0, 2, 3],
      [2, 0, 1],
      [4, 2, 5],
    ]);
  });

  it.each([
    ['no banner', GOOD.replace('%%Matrix', '%Matrix'), 'line 1: needed %%MatrixMarket matrix'],
    ['a dense matrix', GOOD.replace('coordinate', 'array'), 'line 1: needed coordinate integer'],
    ['a symmetric matrix', GOOD.replace('general', 'symmetric'), 'line 1: needed coordinate integer'],
    ['two sizes', GOOD.replace('3 2 3', '3 2'), 'line 3: needed the numbers of rows, columns and entries'],
    ['a row out of range', GOOD.replace('3 1 4', '4 1 4'), 'line 4: needed a row in 1..3, found "4"'],
    ['a column of 0', GOOD.replace('3 1 4', '3 0 4'), 'line 4: needed a column in 1..2, found "0"'],
    [
      'a negative count',
      GOOD.replace('3 1 4', '3 1 -4'),
      'line 4: needed a whole number of molecules of at least 0, found "-4"',
    ],
    ['a fraction', GOOD.replace('3 1 4', '3 1 4.5'), 'found "4.5"; use raw counts'],
    ['NaN', GOOD.replace('3 1 4', '3 1 nan'), 'found "nan"'],
    ['two numbers', GOOD.replace('3 1 4', '3 1'), 'line 4: needed a whole number'],
    ['four numbers', GOOD.replace('3 1 4', '3 1 4 4'), 'line 4: needed three numbers, found more'],
    ['an entry less', GOOD.replace('2 2 5\n', ''), 'needed 3 entries, found 2'],
    ['an entry more', `${GOOD}1 2 1\n`, 'line 7: needed 3 entries, found more'],
    ['a lying size', GOOD.replace('3 2 3', '3 2 999999999'), 'announces 999999999 entries'],
  ])('refuses %s', async (_, text, message) => {
    expect(await parseMessage(text)).toContain(message);
  });

  it('reads or refuses whatever bytes it is given', async () => {
    const good = Buffer.from(GOOD);
    const change = fc.record({
      at: fc.nat(good.length),
      drop: fc.nat(3),
      insert: fc.array(fc.nat(127), { maxLength: 3 }),
    });
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = [...good];
      for (const { at, drop, insert } of changes) bytes.splice(at, drop, ...insert);
      await parseMessage(Buffer.from(bytes).toString('latin1'));
    });
    await fc.assert(property, { seed: 9, numRuns: 1000 });
  });
});
