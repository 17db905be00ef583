import type { CountMatrix } from '../contracts/counts.ts';
import type { ReadReport, Section, SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { librarySizes, selectRows } from '../counts/csr.ts';
import { readImageSize } from '../images/image-size.ts';
import { type ArrayCoordinate, parseSpotId } from './array-coordinate.ts';
import { badData } from './bad-data.ts';
import { type CountTable, parseCountTable } from './count-table.ts';
import { readBytes } from './read-bytes.ts';
import { parseSelectionTable, type SelectedSpot } from './selection-table.ts';

/** Where the three files of a section lie, and what it is called. */
export interface Her2stSource {
  /** `*.tsv` or `*.tsv.gz`, spots x genes, header starting with a tab, row ids like `10x14`. */
  readonly countsPath: string;
  /** `*_selection.tsv`: x y new_x new_y pixel_x pixel_y selected. */
  readonly spotsPath: string;
  /** The full-resolution H&E image. */
  readonly imagePath: string;
  readonly id: string;
  readonly patient: string;
}

/**
 * Reads one section in the layout of the her2st authors (Andersson et al. 2021). Counts and spots are joined by rounded array
 * coordinates; only selected spots with counts are kept, in the order of the count file. What that dropped or changed is
 * counted in `report`:
 * - `unselected-spots`: rows of the selection file with selected = 0;
 * - `counts-of-unselected-spots`: count rows dropped with them;
 * - `counts-without-spot`: count rows that the selection file does not have;
 * - `spots-without-counts`: selected spots that the count file does not have;
 * - `rounded-coordinates`: kept spots whose array coordinate was not whole in one of the files;
 * - `features-summed`: columns added to an earlier one of the same gene, absent where there are none;
 * - `spots-with-zero-total`: kept spots without a single molecule (kept; see `fitTarget`).
 * The image is opened for its size only; `decodeImage` reads the pixels.
 * @throws SpotbenchError `missing-data` when a file is not there, `bad-data` when one does not hold what it must: see
 * `parseCountTable`, `parseSelectionTable`, `readImageSize`; two count rows on one rounded coordinate, no spot in common, or
 * a selected spot outside the image.
 */
export async function readHer2stSection(source: Her2stSource): Promise<Section> {
  const { id, patient, countsPath, spotsPath, imagePath } = source;
  const selection = parseSelectionTable(await readBytes(spotsPath), spotsPath);
  const image = await readImageSize(imagePath);
  checkInsideImage(selection, spotsPath, image);
  const table = parseCountTable(await readBytes(countsPath), countsPath);
  const joined = joinSpots(table, selection, source);
  const counts = selectRows(table.counts, joined.rows);
  const report = { ...table.report, ...joined.report, 'spots-with-zero-total': zeroTotals(counts) };
  return { id, patient, spots: makeSpots(joined.spots), counts, image, report };
}

function checkInsideImage(spots: readonly SelectedSpot[], path: string, image: SectionImage): void {
  const { widthPx, heightPx } = image;
  for (const { array, pixelX: x, pixelY: y, selected, line } of spots) {
    if (selected && !(x >= 0 && y >= 0 && x < widthPx && y < heightPx))
      throw badData(
        `${path} line ${line}`,
        `spot ${array.key} lies at pixel (${x}, ${y}), outside ${image.path} of ${widthPx} x ${heightPx} pixels`,
        'check that image and spots are of the same section and resolution',
      );
  }
}

interface Joined {
  /** Kept rows of the count table, and the spot of each. */
  readonly rows: number[];
  readonly spots: SelectedSpot[];
  readonly report: ReadReport;
}

function joinSpots(table: CountTable, selection: readonly SelectedSpot[], source: Her2stSource): Joined {
  const places = table.rowIds.map((id, row) => parseSpotId(id, `${source.countsPath} line ${row + 2}`));
  const rowOf = indexRows(places, table.rowIds, source.countsPath);
  const spotAt = new Map(selection.map((spot) => [spot.array.key, spot]));
  const rows = [...places.keys()].filter((row) => spotAt.get(places[row].key)?.selected);
  const spots = rows.map((row) => spotAt.get(places[row].key)!);
  if (rows.length === 0)
    throw badData(
      source.countsPath,
      `none of its ${places.length} spots is a selected spot of ${source.spotsPath}`,
      'check that both files are of the same section',
    );
  const known = places.filter(({ key }) => spotAt.has(key)).length;
  const report = {
    'unselected-spots': selection.filter((spot) => !spot.selected).length,
    'counts-of-unselected-spots': known - rows.length,
    'counts-without-spot': places.length - known,
    'spots-without-counts': selection.filter((spot) => spot.selected && !rowOf.has(spot.array.key)).length,
    'rounded-coordinates': rows.filter((row, i) => places[row].moved || spots[i].array.moved).length,
  };
  return { rows, spots, report };
}

function indexRows(places: readonly ArrayCoordinate[], ids: readonly string[], path: string): Map<string, number> {
  const rowOf = new Map<string, number>();
  places.forEach(({ key }, row) => {
    const before = rowOf.get(key);
    if (before !== undefined)
      throw badData(
        `${path} line ${row + 2}`,
        `spot ${ids[row]} falls on array coordinate ${key}, as does spot ${ids[before]} on line ${before + 2}; needed one row`,
        'remove one of the rows',
      );
    rowOf.set(key, row);
  });
  return rowOf;
}

function makeSpots(spots: readonly SelectedSpot[]): Spots {
  return {
    ids: spots.map((spot) => spot.array.key),
    arrayX: Float32Array.from(spots, (spot) => spot.array.x),
    arrayY: Float32Array.from(spots, (spot) => spot.array.y),
    pixelX: Float32Array.from(spots, (spot) => spot.pixelX),
    pixelY: Float32Array.from(spots, (spot) => spot.pixelY),
  };
}

function zeroTotals(counts: CountMatrix): number {
  return librarySizes(counts).filter((total) => total === 0).length;
}
