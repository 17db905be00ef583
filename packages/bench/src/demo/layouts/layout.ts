import type { Sharp } from 'sharp';
import type { DemoGene } from '../genes.ts';
import type { SectionKey } from '../programmes.ts';
import type { DemoSpot } from '../spot-array.ts';

/** A section before it is files. */
export interface MadeSection {
  readonly key: SectionKey;
  readonly genes: readonly DemoGene[];
  /** Every spot of the array. */
  readonly spots: readonly DemoSpot[];
  readonly spotDiameterPx: number;
  /** Molecules of those spots, which are drawn in their order. Row-major. [N, G] */
  readonly countsOf: (spots: readonly DemoSpot[]) => Uint32Array;
  readonly paint: () => Sharp;
}

/** Files by path inside the cohort. */
export type SectionFiles = Readonly<Record<string, Uint8Array | string>>;

/** Lays a section out as files, as a technology's data are published. */
export type Layout = (section: MadeSection) => Promise<SectionFiles>;

/** Of every jpg and of the tiles of every tiff. */
export const JPEG_QUALITY = 82;
