import { createEngine } from '@spotbench/engine';
import { tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { cutTiles } from '../src/tiles.ts';

await createEngine({ name: 'tfjs' }); // starts the backend that the tensors below live on

/** [B, 3, S, S] whose values say image, channel, row and column: 1000 b + 100 c + 10 y + x. */
function numbered(B: number, S: number) {
  const values = Array.from({ length: B * 3 * S * S }, (_, i) => {
    const [x, y, c, b] = [i % S, Math.floor(i / S) % S, Math.floor(i / S ** 2) % 3, Math.floor(i / (3 * S ** 2))];
    return 1000 * b + 100 * c + 10 * y + x;
  });
  return tensor4d(values, [B, 3, S, S]);
}

test('nine tiles an image, row by row, of the central square', async () => {
  const tiles = cutTiles(numbered(2, 8)); // 3 x 3 tiles of 2 px, one pixel left out on each side
  expect(tiles.shape).toEqual([18, 3, 2, 2]);
  const [first] = await tiles.array();
  expect(first[0]).toEqual([
    [11, 12],
    [21, 22],
  ]);
  const corners = (await tiles.array()).map((tile) => tile[0][0][0]);
  expect(corners.slice(0, 9)).toEqual([11, 13, 15, 31, 33, 35, 51, 53, 55]);
  expect(corners.slice(9)).toEqual(corners.slice(0, 9).map((value) => 1000 + value));
});

test('of 224 px, tiles of 74', () => {
  expect(cutTiles(numbered(1, 224)).shape).toEqual([9, 3, 74, 74]);
});
