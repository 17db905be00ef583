import { spotPitchPx } from '@spotbench/core';
import type { SpotPositions, Thumbnail } from '../site-input.ts';

/** Width of the frame that spots are placed in; its height follows the section's shape. */
export const FRAME_WIDTH = 1000;

/** Where a section's spots and picture lie in the frame. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** Of a spot: a little under half the distance between neighbours, so that spots do not touch. */
  readonly radius: number;
  /** Pixels of the full-resolution image per unit of the frame, and the image's pixel at the frame's corner. */
  readonly pxPerUnit: number;
  readonly originPx: readonly [number, number];
}

/** The box around the spots, with room for two of them on each side. @throws SpotbenchError `bad-data` as `spotPitchPx`. */
export function frameOf(spots: SpotPositions): Frame {
  const { pixelX, pixelY } = spots;
  const pitch = spotPitchPx(spots);
  const [x0, x1] = extent(pixelX, 1.2 * pitch);
  const [y0, y1] = extent(pixelY, 1.2 * pitch);
  const pxPerUnit = (x1 - x0) / FRAME_WIDTH;
  const place = (values: ArrayLike<number>, from: number): Uint16Array =>
    Uint16Array.from(values, (v) => Math.round((v - from) / pxPerUnit));
  return {
    width: FRAME_WIDTH,
    height: Math.round((y1 - y0) / pxPerUnit),
    x: place(pixelX, x0),
    y: place(pixelY, y0),
    radius: Number(((0.42 * pitch) / pxPerUnit).toFixed(1)),
    pxPerUnit,
    originPx: [x0, y0],
  };
}

/** Place of the whole image in the frame, in its units; what lies outside the frame is not shown. */
export function tissuePlace(
  { pxPerUnit, originPx }: Frame,
  { widthPx, heightPx }: Pick<Thumbnail, 'widthPx' | 'heightPx'>,
): { x: number; y: number; width: number; height: number } {
  const unit = (px: number): number => Number((px / pxPerUnit).toFixed(1));
  return { x: unit(-originPx[0]), y: unit(-originPx[1]), width: unit(widthPx), height: unit(heightPx) };
}

function extent(values: ArrayLike<number>, margin: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low - margin, high + margin];
}
