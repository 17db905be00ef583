/** The 3 x 3 tiles of an image. Source: `split_patches` of the authors' models.py (6f6815f), grid 3. */
import { concat, expandDims, reshape, slice, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';

/** Tiles along a side. */
const GRID = 3;
/** Tiles of an image. */
export const TILES = GRID * GRID;

/**
 * Cuts the central 3t x 3t pixels, t = floor(S / 3), into 3 x 3 tiles of t x t, row by row; of 224 px that is 222 and 74.
 * images [B, 3, S, S] to [9B, 3, t, t], the nine tiles of an image together.
 */
export function cutTiles(images: Tensor4D): Tensor4D {
  const [B, channels, S] = images.shape;
  const side = Math.floor(S / GRID);
  const margin = Math.floor((S - GRID * side) / 2);
  const tiles = Array.from({ length: TILES }, (_, tile): Tensor => {
    const top = margin + side * Math.floor(tile / GRID);
    const left = margin + side * (tile % GRID);
    return expandDims(slice(images, [0, 0, top, left], [-1, -1, side, side]), 1); // [B, 1, 3, t, t]
  });
  return reshape(concat(tiles, 1), [B * TILES, channels, side, side]);
}
