import type { Spots } from '../contracts/spots.ts';
import type { FeatureView } from '../contracts/view.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { spotPitchPx } from '../geometry/spot-pitch.ts';
import { PATCH_PX } from '../images/patch-reader.ts';

/** Tiles along a side of the crop. */
const TILES = 3;
/** Cells along a side of the crop for encoders without tokens of their own: 32 px each, as many as ResNet's map at 224 px. */
const CELLS = 7;
/** Spots across a neighbourhood. */
const NEIGHBOURHOOD_SPOTS = 3;
/** Images along a side of the slide: 16 tokens for every section. */
const SLIDE_IMAGES = 4;

/** The squares of a section's image that a view encodes, all of one size. They may reach beyond the image. */
export interface ViewSquares {
  /** N, or 1 where all spots share them. */
  readonly rows: number;
  /** Squares of each row, T. */
  readonly tokens: number;
  /** Side of each in pixels of the full-resolution image. */
  readonly sidePx: number;
  /** Their centres, row by row, as spots: a patch reader cuts each square with its pixel floor(side / 2) there. [rows x T] */
  readonly centres: Spots;
}

/**
 * Where a view looks, for an encoder whose crop is `fieldPx` wide: `patch` and `scale-<px>` at the crop itself, `tiles` and
 * `tokens` at its central 3 x 3 and 7 x 7 squares (row by row), `neighbourhood` at 3 x 3 spot pitches around the spot, `slide`
 * at 4 x 4 squares that together hold every spot and half a crop beyond.
 *
 * @throws SpotbenchError `bad-config` for a crop of fewer pixels than squares, `bad-data` for `neighbourhood` without a pitch.
 */
export function viewSquares(view: FeatureView, spots: Spots, fieldPx = PATCH_PX): ViewSquares {
  if (view === 'slide') return slideSquares(spots, fieldPx);
  const { across, sidePx } = squaresOfSpot(view, spots, fieldPx);
  if (sidePx < 1)
    throw new SpotbenchError('bad-config', `view ${view}: needed a crop of at least ${across} px, got ${fieldPx}`);
  const places = spots.ids.flatMap((id, i) =>
    grid(id, Math.floor(spots.pixelX[i]), Math.floor(spots.pixelY[i]), across, sidePx),
  );
  return { rows: spots.ids.length, tokens: across ** 2, sidePx, centres: asSpots(places) };
}

function squaresOfSpot(view: FeatureView, spots: Spots, fieldPx: number): { across: number; sidePx: number } {
  switch (view) {
    case 'tiles':
      return { across: TILES, sidePx: Math.floor(fieldPx / TILES) };
    case 'tokens':
      return { across: CELLS, sidePx: Math.floor(fieldPx / CELLS) };
    case 'neighbourhood':
      return { across: 1, sidePx: Math.max(1, Math.round(NEIGHBOURHOOD_SPOTS * spotPitchPx(spots))) };
    default:
      return { across: 1, sidePx: fieldPx };
  }
}

function slideSquares({ pixelX, pixelY }: Spots, fieldPx: number): ViewSquares {
  const [x, y] = [extent(pixelX), extent(pixelY)];
  const sidePx = Math.ceil((Math.max(x.length, y.length) + fieldPx) / SLIDE_IMAGES);
  const places = grid('slide', x.middle, y.middle, SLIDE_IMAGES, sidePx);
  return { rows: 1, tokens: SLIDE_IMAGES ** 2, sidePx, centres: asSpots(places) };
}

function extent(pixels: Float32Array): { middle: number; length: number } {
  const low = pixels.reduce((a, b) => Math.min(a, b));
  const high = pixels.reduce((a, b) => Math.max(a, b));
  return { middle: Math.floor((low + high) / 2), length: high - low };
}

interface Place {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** Centres of `across` x `across` squares whose common middle is (x, y), row by row. */
function grid(id: string, x: number, y: number, across: number, sidePx: number): Place[] {
  const first = Math.floor(sidePx / 2) - Math.floor((across * sidePx) / 2);
  return Array.from({ length: across ** 2 }, (_, t) => ({
    id: across === 1 ? id : `${id}/${t}`,
    x: x + first + (t % across) * sidePx,
    y: y + first + Math.floor(t / across) * sidePx,
  }));
}

function asSpots(places: readonly Place[]): Spots {
  const [x, y] = [Float32Array.from(places, (p) => p.x), Float32Array.from(places, (p) => p.y)];
  return { ids: places.map((p) => p.id), arrayX: x, arrayY: y, pixelX: x, pixelY: y };
}
