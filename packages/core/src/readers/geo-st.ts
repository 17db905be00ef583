import type { Section } from '../contracts/section.ts';
import { librarySizes, selectRows } from '../counts/csr.ts';
import { readImageSize } from '../images/image-size.ts';
import { arrayCoordinate, parseSpotId } from './array-coordinate.ts';
import { badData } from './bad-data.ts';
import { parseCountTable } from './count-table.ts';
import { checkWidth, findColumns, parseFlag, parseNumber, parseRows } from './delimited-table.ts';
import { checkInsideImage, joinSpots, type PlacedSpot } from './join-spots.ts';
import { readBytes } from './read-bytes.ts';

/** Where the three files of a section lie, and what it is called. */
export interface GeoStSource {
  /** `*_stdata.tsv` or `*_stdata.tsv.gz`, spots x genes, header starting with a tab, row ids like `10x14`. */
  readonly countsPath: string;
  /** `*_spot_data-selection-*.tsv`, plain or gzipped: x y new_x new_y pixel_x pixel_y, and maybe selected. */
  readonly spotsPath: string;
  /** The full-resolution H&E image; unpacked, where the archive has it gzipped. */
  readonly imagePath: string;
  readonly id: string;
  readonly patient: string;
}

/**
 * Reads one section of legacy Spatial Transcriptomics as deposited at GEO (GSE144240, Ji et al. 2020). Counts and spots are
 * joined by rounded array coordinates; only selected spots with counts are kept, in the order of the count file. A selection
 * file without the column `selected` holds selected spots only. The report is that of `joinSpots`, with
 * `rounded-coordinates`: rows of either file whose array coordinate was not whole, `spots-with-zero-total`, and that of
 * `parseCountTable`.
 * @throws SpotbenchError `missing-data` when a file is not there, `bad-data` when one does not hold what it must; two rows on
 * one rounded coordinate, no spot in common, or a selected spot outside the image.
 */
export async function readGeoStSection(source: GeoStSource): Promise<Section> {
  const { id, patient, countsPath, spotsPath, imagePath } = source;
  const selection = parseGeoSelection(await readBytes(spotsPath), spotsPath);
  const image = await readImageSize(imagePath);
  checkInsideImage(selection.places, image);
  const table = parseCountTable(await readBytes(countsPath), countsPath);
  const keys = table.rowIds.map((rowId, row) => parseSpotId(rowId, `${countsPath} line ${row + 2}`));
  checkUnique(keys.map(({ key }, row) => ({ id: key, where: `${countsPath} line ${row + 2}` })));
  const files = { counts: countsPath, places: spotsPath };
  const joined = joinSpots(
    keys.map(({ key }) => key),
    selection.places,
    files,
  );
  const counts = selectRows(table.counts, joined.rows);
  const report = {
    ...table.report,
    ...joined.report,
    'rounded-coordinates': keys.filter(({ moved }) => moved).length + selection.moved,
    'spots-with-zero-total': librarySizes(counts).filter((total) => total === 0).length,
  };
  return { id, patient, spots: joined.spots, counts, image, report };
}

/**
 * Parses a selection file: tab-separated x, y, pixel_x, pixel_y and, optionally, selected; in any order, others ignored.
 * @throws SpotbenchError `bad-data` naming file and line.
 */
export function parseGeoSelection(bytes: Uint8Array, path: string): { places: PlacedSpot[]; moved: number } {
  const [header, ...rows] = parseRows(bytes, path, '\t');
  if (header === undefined) throw badData(path, 'needed a header line, found none');
  const column = findColumns(header, path, { required: ['x', 'y', 'pixel_x', 'pixel_y'], optional: ['selected'] });
  if (rows.length === 0) throw badData(path, 'needed at least one spot, found only the header');
  let moved = 0;
  const places = rows.map((row) => {
    checkWidth(row, header.cells.length, path);
    const where = `${path} line ${row.line}`;
    const number = (name: 'x' | 'y' | 'pixel_x' | 'pixel_y'): number =>
      parseNumber(row.cells[column[name]], name, where);
    const array = arrayCoordinate(number('x'), number('y'));
    if (array.moved) moved++;
    const selected = column.selected === undefined || parseFlag(row.cells[column.selected], 'selected', where);
    const [pixelX, pixelY] = [number('pixel_x'), number('pixel_y')];
    return { id: array.key, arrayX: array.x, arrayY: array.y, pixelX, pixelY, selected, where };
  });
  checkUnique(places);
  return { places, moved };
}

function checkUnique(rows: readonly { id: string; where: string }[]): void {
  const first = new Map<string, string>();
  for (const { id, where } of rows) {
    const before = first.get(id);
    if (before !== undefined)
      throw badData(
        where,
        `spot ${id} (rounded array coordinate) already stands on ${before}, needed once`,
        'remove one of the rows',
      );
    first.set(id, where);
  }
}
