import type { SectionImage } from './section.ts';
import type { Spots } from './spots.ts';

/** A frozen image encoder: a fixed function from a section's image and spot positions to features. */
export interface FrozenEncoder {
  readonly name: string;
  /** Bumped when a change moves numbers. */
  readonly version: string;
  /** One name per feature. [D] */
  readonly featureNames: readonly string[];
  /**
   * Features of every spot, row-major. [N, D]
   * @throws SpotbenchError `bad-data` when the image does not decode or a spot lies outside it.
   */
  encode(image: SectionImage, spots: Spots, onProgress?: (done: number, total: number) => void): Promise<Float32Array>;
  /** Frees what an encoder holds; the next `encode` opens it again. */
  dispose?(): Promise<void>;
}
