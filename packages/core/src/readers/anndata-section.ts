import type { Section } from '../contracts/section.ts';
import { librarySizes, selectRows } from '../counts/csr.ts';
import { readImageSize } from '../images/image-size.ts';
import { type Anndata, type AnndataOptions, readAnndata } from './anndata.ts';
import { badData } from './bad-data.ts';
import { checkInsideImage, joinSpots, type PlacedSpot } from './join-spots.ts';

/** Where a section of counts and positions in one anndata file lies, such as those of HEST-1k. */
export interface AnndataSource {
  /** An `.h5ad` file or a zarr table (SpatialData: `<folder>.zarr/tables/<name>`). */
  readonly tablePath: string;
  /** The full-resolution image (HEST: `wsis/<id>.tif`). */
  readonly imagePath: string;
  readonly id: string;
  readonly patient: string;
  readonly options?: Omit<AnndataOptions, 'obsColumns'>;
  /** Pixels of the image from the table's positions, where those are not pixels. */
  readonly toPixel?: (x: number, y: number) => readonly [x: number, y: number];
}

const OBS = ['in_tissue', 'array_row', 'array_col', 'pxl_row_in_fullres', 'pxl_col_in_fullres'] as const;

/**
 * Reads a section from an anndata table: array coordinates from `obs` (`array_col`, `array_row`), pixels from
 * `obsm/spatial` or else `obs` (`pxl_col_in_fullres`, `pxl_row_in_fullres`), and only spots with `in_tissue` 1 where that
 * column is there. The report is that of `readAnndata` and `joinSpots`, with `spots-with-zero-total`.
 * @throws SpotbenchError `missing-data` when a file is not there, `bad-data` when one does not hold what it must, a coordinate
 * is missing or not a number, or a spot in the tissue lies outside the image.
 */
export async function readAnndataSection(source: AnndataSource): Promise<Section> {
  const { id, patient, tablePath, imagePath } = source;
  const image = await readImageSize(imagePath);
  const table = await readAnndata(tablePath, { ...source.options, obsColumns: OBS });
  const places = placeSpots(table, tablePath, source.toPixel);
  checkInsideImage(places, image);
  const { rows, spots, report } = joinSpots(table.barcodes, places, { counts: tablePath, places: tablePath });
  const counts = selectRows(table.counts, rows);
  const zeroTotals = librarySizes(counts).filter((total) => total === 0).length;
  return {
    id,
    patient,
    spots,
    counts,
    image,
    report: { ...table.report, ...report, 'spots-with-zero-total': zeroTotals },
  };
}

function placeSpots(
  { barcodes, obs, spatial }: Anndata,
  path: string,
  toPixel: AnndataSource['toPixel'] = (x, y) => [x, y],
): PlacedSpot[] {
  const at = (name: (typeof OBS)[number], row: number): number => {
    const where = `${path} obs/${name}`;
    if (!(name in obs)) throw badData(where, 'needed a column, found none', 'add the positions to the table');
    // Some tables keep numbers as categories of text.
    const value = Number(obs[name][row]);
    if (obs[name][row] === '' || !Number.isFinite(value))
      throw badData(`${where}, spot ${barcodes[row]}`, `needed a number, found ${String(obs[name][row])}`);
    return value;
  };
  const pixel = (row: number, axis: 0 | 1): number => {
    if (spatial === undefined) return at(axis === 0 ? 'pxl_col_in_fullres' : 'pxl_row_in_fullres', row);
    return spatial[row * 2 + axis];
  };
  return barcodes.map((barcode, row) => {
    const where = `${path} obs, spot ${barcode}`;
    const [arrayX, arrayY] = [at('array_col', row), at('array_row', row)];
    const [pixelX, pixelY] = toPixel(pixel(row, 0), pixel(row, 1));
    return {
      id: barcode,
      arrayX,
      arrayY,
      pixelX,
      pixelY,
      selected: !('in_tissue' in obs) || inTissue(obs.in_tissue[row], where),
      where,
    };
  });
}

function inTissue(value: string | number, where: string): boolean {
  if (['1', 'True', 'true'].includes(String(value))) return true;
  if (['0', 'False', 'false'].includes(String(value))) return false;
  throw badData(where, `in_tissue: needed 0 or 1, found ${String(value)}`);
}
