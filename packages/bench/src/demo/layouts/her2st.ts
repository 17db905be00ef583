import type { DemoSpot } from '../spot-array.ts';
import { JPEG_QUALITY, type Layout } from './layout.ts';
import { countFile, legacySpots, spotName } from './legacy-spots.ts';

/** The layout of the her2st authors' repository: counts, selection and a folder with one jpg. */
export const her2stLayout: Layout = async ({ key, genes, spots, countsOf, paint }) => {
  const { section, patient } = key;
  const { sequenced, listed, notSelected } = legacySpots(spots);
  return {
    [`ST-cnts/${section}.tsv.gz`]: countFile(sequenced.map(spotName), genes, countsOf(sequenced)),
    [`ST-spotfiles/${section}_selection.tsv`]: selectionFile(listed, (spot) => spot !== notSelected),
    [`ST-imgs/${patient}/${section}/${section}.jpg`]: await paint().jpeg({ quality: JPEG_QUALITY }).toBuffer(),
  };
};

/** A `<id>_selection.tsv` file: array and pixel position of each spot, and whether it lies under tissue. */
function selectionFile(spots: readonly DemoSpot[], isSelected: (spot: DemoSpot) => boolean): string {
  const header = 'x\ty\tnew_x\tnew_y\tpixel_x\tpixel_y\tselected';
  const rows = spots.map((spot) =>
    [
      spot.arrayX,
      spot.arrayY,
      spot.newX.toFixed(3),
      spot.newY.toFixed(3),
      spot.pixelX.toFixed(2),
      spot.pixelY.toFixed(2),
      isSelected(spot) ? 1 : 0,
    ].join('\t'),
  );
  return `${[header, ...rows].join('\n')}\n`;
}
