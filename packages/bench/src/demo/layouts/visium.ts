import { createRandom } from '@spotbench/core';
import type { SectionKey } from '../programmes.ts';
import type { DemoSpot } from '../spot-array.ts';
import { featureMatrixFile } from './feature-matrix.ts';
import { JPEG_QUALITY, type Layout } from './layout.ts';

const TILE_PX = 256;
const BARCODE_LETTERS = 16;
/** Diameter of a fiducial over that of a spot, as in scalefactors_json.json of real runs. */
const FIDUCIAL_RATIO = 1.615;

/** The layout of Space Ranger 2, with the full-resolution image beside it: a tiled tiff, jpeg-compressed. */
export const visiumLayout: Layout = async ({ key, genes, spots, spotDiameterPx, countsOf, paint }) => {
  const barcodes = new Map(barcodesOf(key, spots.length).map((barcode, i) => [spots[i], barcode]));
  const barcodeOf = (spot: DemoSpot): string => barcodes.get(spot)!;
  const inTissue = spots.filter((spot) => spot.inTissue);
  // Space Ranger sorts barcodes in its counts and rows of the array in its positions.
  const sequenced = inTissue.sort((a, b) => (barcodeOf(a) < barcodeOf(b) ? -1 : 1));
  const tile = { quality: JPEG_QUALITY, tile: true, tileWidth: TILE_PX, tileHeight: TILE_PX };
  const { section } = key;
  return {
    [`${section}/filtered_feature_bc_matrix.h5`]: await featureMatrixFile({
      library: section,
      barcodes: sequenced.map(barcodeOf),
      genes: genes.map(({ name }) => name),
      counts: countsOf(sequenced),
    }),
    [`${section}/spatial/tissue_positions.csv`]: positionsFile(spots, barcodeOf),
    [`${section}/spatial/scalefactors_json.json`]: JSON.stringify({
      spot_diameter_fullres: spotDiameterPx,
      fiducial_diameter_fullres: FIDUCIAL_RATIO * spotDiameterPx,
    }),
    [`${section}/image.tif`]: await paint()
      .tiff({ compression: 'jpeg', ...tile })
      .toBuffer(),
  };
};

/** Sixteen letters each, none twice. */
function barcodesOf({ cohort, seed, section }: SectionKey, count: number): string[] {
  const random = createRandom(seed, cohort, 'barcodes', section);
  const found = new Set<string>();
  while (found.size < count)
    found.add(`${Array.from({ length: BARCODE_LETTERS }, () => 'ACGT'[random.integer(4)]).join('')}-1`);
  return [...found];
}

function positionsFile(spots: readonly DemoSpot[], barcodeOf: (spot: DemoSpot) => string): string {
  const header = 'barcode,in_tissue,array_row,array_col,pxl_row_in_fullres,pxl_col_in_fullres';
  const rows = spots.map((spot) =>
    [barcodeOf(spot), spot.inTissue ? 1 : 0, spot.arrayY, spot.arrayX, spot.pixelY, spot.pixelX].join(','),
  );
  return `${[header, ...rows].join('\n')}\n`;
}
