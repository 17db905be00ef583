import type { ReadReport, SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { badData } from './bad-data.ts';

/** A spot with its place on array and image. */
export interface PlacedSpot {
  /** By which it is joined with its counts: a barcode, or `10x14`. */
  readonly id: string;
  readonly arrayX: number;
  readonly arrayY: number;
  /** Spot centre in pixels of the image. */
  readonly pixelX: number;
  readonly pixelY: number;
  /** False for spots outside the tissue. */
  readonly selected: boolean;
  /** File and line, for messages. */
  readonly where: string;
}

/** Rows of the counts that have a place, in the order of the counts. */
export interface JoinedSpots {
  readonly rows: readonly number[];
  readonly spots: Spots;
  readonly report: ReadReport;
}

/**
 * Joins counts and places by id; only selected spots with counts are kept, in the order of the counts. Counted:
 * - `unselected-spots`: places outside the tissue;
 * - `counts-of-unselected-spots`: rows of counts dropped with them;
 * - `counts-without-spot`: rows of counts that no place has;
 * - `spots-without-counts`: selected places without a row of counts.
 * Ids must be unique on both sides; the readers of both see to that.
 * @throws SpotbenchError `bad-data` when nothing is in common.
 */
export function joinSpots(countIds: readonly string[], places: readonly PlacedSpot[], files: JoinedFiles): JoinedSpots {
  const placeOf = new Map(places.map((place) => [place.id, place]));
  const rows = [...countIds.keys()].filter((row) => placeOf.get(countIds[row])?.selected);
  if (rows.length === 0)
    throw badData(
      files.counts,
      `none of its ${countIds.length} spots (${countIds[0]}, ...) is a selected spot of ${files.places} (${places[0]?.id}, ...)`,
      'check that both files are of the same section',
    );
  const counted = new Set(countIds);
  const known = countIds.filter((id) => placeOf.has(id)).length;
  const report = {
    'unselected-spots': places.filter(({ selected }) => !selected).length,
    'counts-of-unselected-spots': known - rows.length,
    'counts-without-spot': countIds.length - known,
    'spots-without-counts': places.filter(({ id, selected }) => selected && !counted.has(id)).length,
  };
  return { rows, spots: makeSpots(rows.map((row) => placeOf.get(countIds[row])!)), report };
}

/** Names of the two files, for messages. */
export interface JoinedFiles {
  readonly counts: string;
  readonly places: string;
}

/** Places as arrays, in the order given. */
export function makeSpots(places: readonly PlacedSpot[]): Spots {
  return {
    ids: places.map(({ id }) => id),
    arrayX: Float32Array.from(places, ({ arrayX }) => arrayX),
    arrayY: Float32Array.from(places, ({ arrayY }) => arrayY),
    pixelX: Float32Array.from(places, ({ pixelX }) => pixelX),
    pixelY: Float32Array.from(places, ({ pixelY }) => pixelY),
  };
}

/** @throws SpotbenchError `bad-data` naming the first selected spot whose centre lies outside the image. */
export function checkInsideImage(places: readonly PlacedSpot[], image: SectionImage): void {
  const { path, widthPx, heightPx } = image;
  for (const { id, pixelX: x, pixelY: y, selected, where } of places) {
    if (selected && !(x >= 0 && y >= 0 && x < widthPx && y < heightPx))
      throw badData(
        where,
        `spot ${id} lies at pixel (${x}, ${y}), outside ${path} of ${widthPx} x ${heightPx} pixels`,
        'check that image and spots are of the same section and resolution',
      );
  }
}
