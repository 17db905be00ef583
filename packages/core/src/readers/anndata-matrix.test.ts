import { expect, it } from 'vitest';
import { readAnndataMatrix } from './anndata-matrix.ts';
import type { Tree } from './tree.ts';

it.each([
  [3, [3, 3, 1]],
  [1, [2, 2, 2, 1]],
  [2 ** 14, [7]],
])('a dense matrix is read by whole chunks of %i rows, or a few megabytes', async (chunkRows, expected) => {
  const [rows, columns] = [7, 2 ** 19];
  const sizes: number[] = [];
  const tree: Partial<Tree> = {
    kind: () => Promise.resolve('array'),
    shape: () => Promise.resolve([rows, columns]),
    chunkRows: () => Promise.resolve(chunkRows),
    // Row i holds i + 1 in column i.
    numbers: (_, [from, to] = [0, 0]) => {
      sizes.push(to - from);
      const block = new Float32Array((to - from) * columns);
      for (let row = from; row < to; row++) block[(row - from) * columns + row] = row + 1;
      return Promise.resolve(block);
    },
  };
  expect(await readAnndataMatrix(tree as Tree, 'X', rows, columns)).toEqual({
    indptr: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    indices: Uint32Array.of(0, 1, 2, 3, 4, 5, 6),
    values: Float64Array.of(1, 2, 3, 4, 5, 6, 7),
  });
  expect(sizes).toEqual(expected);
});
