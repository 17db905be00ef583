import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Section } from '../contracts/section.ts';
import { librarySizes, selectRows } from '../counts/csr.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { readImageSize } from '../images/image-size.ts';
import { badData } from './bad-data.ts';
import type { BarcodeCounts } from './barcode-counts.ts';
import type { GeneOptions } from './features.ts';
import { checkInsideImage, joinSpots, type PlacedSpot } from './join-spots.ts';
import { readScaleFactors, type ScaleFactors } from './scale-factors.ts';
import { readTenxH5 } from './tenx-h5.ts';
import { findTenxMtx, readTenxMtx } from './tenx-mtx.ts';
import { readTissuePositions } from './tissue-positions.ts';

/** Where the files of a Visium section lie. */
export interface SpacerangerSource {
  /** A 10x HDF5 file (`.h5`), or a folder with `matrix.mtx`, features and barcodes. */
  readonly countsPath: string;
  /** The positions: csv or parquet. `findTissuePositions` finds them in a `spatial` folder. */
  readonly positionsPath: string;
  /** `scalefactors_json.json`; needed for `hires` and `lowres` images only. */
  readonly scaleFactorsPath?: string;
  readonly imagePath: string;
  /** Which image `imagePath` is; positions are scaled to it. Full resolution where not given. */
  readonly imageScale?: 'fullres' | 'hires' | 'lowres';
  readonly id: string;
  readonly patient: string;
  readonly genes?: GeneOptions;
}

/**
 * Reads a Visium section as Space Ranger lays it out. Counts and positions are joined by barcode; only barcodes in the tissue
 * are kept, in the order of the count file. Spots are named by barcode; array x is the column, y the row. The report counts
 * what `chooseGenes`, `gatherGenes` and `joinSpots` did, and `spots-with-zero-total`: kept spots without a molecule.
 * @throws SpotbenchError `missing-data` when a file is not there, `bad-data` when one does not hold what it must, none of the
 * barcodes is in both, or a spot in the tissue lies outside the image.
 */
export async function readSpacerangerSection(source: SpacerangerSource): Promise<Section> {
  const { id, patient, countsPath, positionsPath, imagePath } = source;
  const scale = await imageScale(source);
  const places = (await readTissuePositions(positionsPath)).map((place) => scaled(place, scale));
  const image = await readImageSize(imagePath);
  checkInsideImage(places, image);
  const table = await readBarcodeCounts(countsPath, source.genes);
  const { rows, spots, report } = joinSpots(table.barcodes, places, { counts: countsPath, places: positionsPath });
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

/** Reads a 10x HDF5 file where the name ends in `.h5`, else a folder of Matrix Market files. */
export async function readBarcodeCounts(path: string, genes?: GeneOptions): Promise<BarcodeCounts> {
  return path.endsWith('.h5') ? readTenxH5(path, genes) : readTenxMtx(await findTenxMtx(path), genes);
}

/** The positions file in a `spatial` folder: csv with header, without, or parquet. @throws SpotbenchError `missing-data`. */
export async function findTissuePositions(folder: string): Promise<string> {
  const names = ['tissue_positions.csv', 'tissue_positions_list.csv', 'tissue_positions.parquet'];
  for (const name of names) {
    const path = join(folder, name);
    const here = await access(path).then(
      () => true,
      () => false,
    );
    if (here) return path;
  }
  throw new SpotbenchError(
    'missing-data',
    `${folder}: needed one of ${names.join(', ')}, found none; check the data folder`,
  );
}

async function imageScale({ imageScale: which = 'fullres', scaleFactorsPath }: SpacerangerSource): Promise<number> {
  if (which === 'fullres') return 1;
  const key = which === 'hires' ? 'hiresScale' : 'lowresScale';
  const factors: ScaleFactors = scaleFactorsPath === undefined ? {} : await readScaleFactors(scaleFactorsPath);
  const scale = factors[key];
  if (scale === undefined)
    throw badData(
      scaleFactorsPath ?? 'scale factors',
      `needed tissue_${which}_scalef to place spots on the ${which} image, found none`,
      'give scalefactors_json.json of the same run, or use the full-resolution image',
    );
  return scale;
}

function scaled(place: PlacedSpot, scale: number): PlacedSpot {
  return scale === 1 ? place : { ...place, pixelX: place.pixelX * scale, pixelY: place.pixelY * scale };
}
