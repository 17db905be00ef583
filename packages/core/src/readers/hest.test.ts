import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HestSource, readHestPatches, readHestSection } from './hest.ts';
import { fixture, messageOf, rowsOf } from './testing/fixtures.ts';
import { tinyJpeg } from './testing/tiny-section.ts';
import { type H5Content, writeH5 } from './testing/write-h5.ts';

/** Three spots in the tissue and one outside. */
const TABLE: H5Content = {
  X: { data: Float32Array.of(3, 0, 1, 2, 0, 5, 4, 4), shape: [4, 2] },
  obs: {
    '@_index': 'barcode',
    barcode: ['S1', 'S2', 'S3', 'S4'],
    in_tissue: Int32Array.of(1, 1, 1, 0),
    array_row: Int32Array.of(0, 0, 1, 1),
    array_col: Int32Array.of(0, 2, 1, 3),
  },
  var: { '@_index': 'gene', gene: ['ERBB2', 'FASN'] },
  obsm: { spatial: { data: Float64Array.of(10, 10, 20, 10, 15, 20, 25, 20), shape: [4, 2] } },
};

const patches = (barcodes: readonly string[], n = barcodes.length): H5Content => ({
  barcode: { data: barcodes, shape: [barcodes.length, 1] },
  coords: { data: Int32Array.from({ length: 2 * n }, (_, i) => i), shape: [n, 2] },
  img: { data: new Int8Array(n * 12), shape: [n, 2, 2, 3] },
});

async function source(file: H5Content): Promise<HestSource> {
  const tablePath = await writeH5(TABLE, 'table.h5ad');
  const imagePath = join(dirname(tablePath), 'image.jpg');
  await writeFile(imagePath, await tinyJpeg());
  return { tablePath, patchesPath: await writeH5(file, 'patches.h5'), imagePath, id: 'T1', patient: 'T' };
}

describe('readHestSection', () => {
  it('keeps spots in the tissue that have a patch, and counts the others', async () => {
    const { spots, counts, report } = await readHestSection(await source(patches(['S3', 'S1', 'S4'])));
    expect(spots.ids).toEqual(['S1', 'S3']);
    expect([...spots.pixelX]).toEqual([10, 15]);
    expect([...spots.arrayX]).toEqual([0, 1]);
    expect(rowsOf(counts)).toEqual([
      [3, 0],
      [0, 5],
    ]);
    expect(report).toMatchObject({ 'spots-without-patch': 1, 'patches-without-spot': 1, 'unselected-spots': 1 });
  });

  it.each<[string, H5Content, RegExp]>([
    [
      'patches of another sample',
      patches(['X1']),
      /none of its 1 patches \(X1, \.\.\.\) is of a spot of .*table\.h5ad/,
    ],
    ['a barcode twice', patches(['S1', 'S1']), /barcode S1 already stands at entry 1/],
    ['fewer barcodes than patches', patches(['S1'], 2), /needed 2 entries as img has patches, found 1/],
    ['no patches', { barcode: ['S1'] }, /dataset \/img: needed an array, found none/],
    [
      'patches that are not square',
      { ...patches(['S1']), img: { data: new Int8Array(18), shape: [1, 3, 2, 3] } },
      /needed square RGB patches, found 3 x 2 x 3/,
    ],
    [
      'coordinates of another number',
      { ...patches(['S1']), coords: { data: Int32Array.of(1, 2, 3, 4), shape: [2, 2] } },
      /needed 1 x 2 as img has patches, found 2 x 2/,
    ],
  ])('refuses %s', async (_, file, message) => {
    expect(await messageOf(readHestSection(await source(file)))).toMatch(message);
  });
});

it('readHestPatches reads barcodes of either shape, and no pixels', async () => {
  const flat = { ...patches(['S1', 'S2']), barcode: ['S1', 'S2'] };
  expect(await readHestPatches(await writeH5(flat))).toEqual({ barcodes: ['S1', 'S2'], sizePx: 2 });
});

it('reads what h5py wrote', async () => {
  expect(await readHestPatches(fixture('hest-patches.h5'))).toEqual({
    barcodes: ['AAAC-1', 'AAAG-1', 'ACCC-1', 'ACGT-1'],
    sizePx: 8,
  });
});
