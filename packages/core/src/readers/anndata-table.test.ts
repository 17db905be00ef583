import { describe, expect, it } from 'vitest';
import { readAnndataTable } from './anndata-table.ts';
import { messageOf } from './testing/fixtures.ts';
import { type H5Content, writeH5 } from './testing/write-h5.ts';

const FRAMES = {
  obs: { '@_index': 'spot', spot: ['1x1', '1x2'] },
  var: { '@_index': 'gene', gene: ['ERBB2', 'FASN', 'GNAS'] },
};
const read = async (X: H5Content[string]): ReturnType<typeof readAnndataTable> =>
  readAnndataTable(await writeH5({ ...FRAMES, X }, 'made.h5ad'));

describe('readAnndataTable', () => {
  it.each<[string, H5Content[string]]>([
    ['dense', { data: Float32Array.of(-1.5, 0, NaN, 0, 2.25, 0), shape: [2, 3] }],
    [
      'sparse',
      {
        '@encoding-type': 'csr_matrix',
        '@shape': Int32Array.of(2, 3) as never,
        data: Float32Array.of(-1.5, NaN, 2.25),
        indices: Int32Array.of(0, 2, 1),
        indptr: Int32Array.of(0, 2, 3),
      },
    ],
  ])('reads numbers that are no counts, %s, and leaves what is not a number', async (_, X) => {
    const { rows, columns, values } = await read(X);
    expect([rows, columns]).toEqual([FRAMES.obs.spot, FRAMES.var.gene]);
    expect([...values]).toEqual([-1.5, 0, NaN, 0, 2.25, 0]);
  });

  it('says what does not fit', async () => {
    expect(await messageOf(read({ data: Float32Array.of(1, 2), shape: [1, 2] }))).toContain(
      'is 1 x 2, needed 2 observations x 3 variables',
    );
  });
});
