import { gzipSync } from 'node:zlib';
import type { DemoGene } from '../genes.ts';
import type { DemoSpot } from '../spot-array.ts';

/** Which spots the files of a section of legacy Spatial Transcriptomics have. */
export interface LegacySpots {
  /** In the count file. */
  readonly sequenced: readonly DemoSpot[];
  /** In the selection file. */
  readonly listed: readonly DemoSpot[];
  /** In both, but not selected where the file says so. */
  readonly notSelected: DemoSpot;
}

/**
 * As in real cohorts: one spot under tissue that was not sequenced, one that was but is not in the selection, and one that the
 * selection lists without selecting it. Readers have a rule for each.
 */
export function legacySpots(grid: readonly DemoSpot[]): LegacySpots {
  const [notSequenced, notListed, ...rest] = grid.filter((spot) => spot.inTissue);
  return { sequenced: [notListed, ...rest], listed: [notSequenced, ...rest], notSelected: rest[0] };
}

/** A `.tsv.gz` count file: a header of genes after an empty cell, then one row per spot. */
export function countFile(ids: readonly string[], genes: readonly DemoGene[], counts: Uint32Array): Buffer {
  const G = genes.length;
  const header = ['', ...genes.map((gene) => gene.name)].join('\t');
  const rows = ids.map((id, i) => [id, ...counts.subarray(i * G, (i + 1) * G)].join('\t'));
  return gzipSync(`${[header, ...rows].join('\n')}\n`);
}

/** Name of a spot in count files: column x row. */
export function spotName({ arrayX, arrayY }: DemoSpot): string {
  return `${arrayX}x${arrayY}`;
}
