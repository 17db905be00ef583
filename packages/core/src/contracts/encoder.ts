import type { SectionImage } from './section.ts';
import type { Spots } from './spots.ts';
import type { FeatureView, ViewFeatures } from './view.ts';

/** Told how many of a section's images are encoded. */
export type EncodeProgress = (done: number, total: number) => void;

/** A frozen image encoder: a fixed function from a section's image and spot positions to features. */
export interface FrozenEncoder {
  readonly name: string;
  /** Bumped when a change moves numbers. */
  readonly version: string;
  /** One name per feature. [D] */
  readonly featureNames: readonly string[];
  /**
   * Features of every spot under the view `patch`, row-major. [N, D]
   * @throws SpotbenchError `bad-data` when the image does not decode or a spot lies outside it.
   */
  encode(image: SectionImage, spots: Spots, onProgress?: EncodeProgress): Promise<Float32Array>;
  /**
   * Features under any view, as wide as those of `patch`. [rows, T, D]
   * @throws SpotbenchError as `encode`, and `unsupported` for a view that the encoder cannot take, saying what to do.
   */
  encodeView(view: FeatureView, image: SectionImage, spots: Spots, onProgress?: EncodeProgress): Promise<ViewFeatures>;
  /** Frees what an encoder holds; the next `encode` opens it again. */
  dispose?(): Promise<void>;
}
