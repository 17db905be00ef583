import { gzipSync } from 'node:zlib';
import type { DemoGene } from './genes.ts';
import type { DemoSpot } from './spot-grid.ts';

/** Name of a spot in the count files. */
export function spotName(spot: DemoSpot): string {
  return `${spot.arrayX}x${spot.arrayY}`;
}

/** A `<id>.tsv.gz` count file: a header of genes after an empty cell, then one row per spot. */
export function countFile(spots: readonly DemoSpot[], genes: readonly DemoGene[], counts: Uint32Array): Buffer {
  const G = genes.length;
  const header = ['', ...genes.map((gene) => gene.name)].join('\t');
  const rows = spots.map((spot, i) => [spotName(spot), ...counts.subarray(i * G, (i + 1) * G)].join('\t'));
  return gzipSync(`${[header, ...rows].join('\n')}\n`);
}

/** A `<id>_selection.tsv` file: array and pixel position of each spot, and whether it lies under tissue. */
export function selectionFile(spots: readonly DemoSpot[], isSelected: (spot: DemoSpot) => boolean): string {
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
