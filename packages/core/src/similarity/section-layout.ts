import type { Spots } from '../contracts/spots.ts';
import { spotPitchPx } from '../geometry/spot-pitch.ts';

/** Where the spots of a section lie among each other; spots in the order of their sorted names. N spots. */
export interface SectionLayout {
  /** Sorted. [N] */
  readonly spotIds: readonly string[];
  /** Spots next to each spot. [N] */
  readonly neighbours: readonly Uint32Array[];
  /** Height and width of the raster, and each spot's place in it, row-major. */
  readonly raster: { readonly height: number; readonly width: number; readonly cells: Uint32Array };
}

/** Neighbours are at most this many pitches apart: 4 on a square array, whose diagonals are 1.41, and 6 on a hexagonal one. */
const REACH = 1.25;

/**
 * The layout of a section: neighbours by distance in pixels, raster by array coordinates. On a hexagonal array in doubled
 * coordinates (x + y even throughout) x is halved, so that no place stands empty between two spots.
 * @throws SpotbenchError `bad-data` as `spotPitchPx`.
 */
export function sectionLayout(spots: Spots): SectionLayout {
  const order = [...spots.ids.keys()].sort((a, b) => (spots.ids[a] < spots.ids[b] ? -1 : 1));
  return {
    spotIds: order.map((i) => spots.ids[i]),
    neighbours: neighboursOf(spots, order),
    raster: rasterOf(spots, order),
  };
}

function neighboursOf(spots: Spots, order: readonly number[]): Uint32Array[] {
  const { pixelX, pixelY } = spots;
  const reach = (REACH * spotPitchPx(spots)) ** 2;
  return order.map((a) => {
    const near: number[] = [];
    for (const [k, b] of order.entries()) {
      if (a !== b && (pixelX[a] - pixelX[b]) ** 2 + (pixelY[a] - pixelY[b]) ** 2 <= reach) near.push(k);
    }
    return Uint32Array.from(near);
  });
}

function rasterOf({ arrayX, arrayY }: Spots, order: readonly number[]): SectionLayout['raster'] {
  const x = order.map((i) => Math.round(arrayX[i]));
  const y = order.map((i) => Math.round(arrayY[i]));
  const doubled = x.every((value, k) => (value + y[k]) % 2 === (x[0] + y[0]) % 2);
  const columns = doubled ? x.map((value) => Math.floor(value / 2)) : x;
  const [left, right] = extent(columns);
  const [top, bottom] = extent(y);
  const width = right - left + 1;
  const cells = Uint32Array.from(columns, (column, k) => (y[k] - top) * width + column - left);
  return { height: bottom - top + 1, width, cells };
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}
