import { gzipSync } from 'node:zlib';
import type { DemoSpot } from '../spot-array.ts';
import { JPEG_QUALITY, type Layout } from './layout.ts';
import { countFile, legacySpots, spotName } from './legacy-spots.ts';

/**
 * The layout of GSE144240: counts, and a selection that lists selected spots only. One row of counts is named by measured
 * instead of printed coordinates, as some pipelines do.
 */
export const geoStLayout: Layout = async ({ key, genes, spots, countsOf, paint }) => {
  const { section } = key;
  const { sequenced, listed } = legacySpots(spots);
  const ids = sequenced.map((spot, i) => (i === sequenced.length - 1 ? measuredName(spot) : spotName(spot)));
  return {
    [`${section}_stdata.tsv.gz`]: countFile(ids, genes, countsOf(sequenced)),
    [`spot_data-selection-${section}.tsv.gz`]: gzipSync(selectionFile(listed)),
    [`${section}.jpg`]: await paint().jpeg({ quality: JPEG_QUALITY }).toBuffer(),
  };
};

/** Rounds to the printed name: the alignment error is a tenth of what would move it. */
function measuredName({ newX, newY }: DemoSpot): string {
  return `${newX.toFixed(3)}x${newY.toFixed(3)}`;
}

/** A `spot_data-selection-<id>.tsv` file: array and pixel position of each selected spot. */
function selectionFile(spots: readonly DemoSpot[]): string {
  const rows = spots.map(({ arrayX, arrayY, newX, newY, pixelX, pixelY }) =>
    [arrayX, arrayY, newX.toFixed(2), newY.toFixed(2), pixelX.toFixed(1), pixelY.toFixed(1)].join('\t'),
  );
  return `${['x\ty\tnew_x\tnew_y\tpixel_x\tpixel_y', ...rows].join('\n')}\n`;
}
