import type { PatchStore } from '../patches/patch-store.ts';
import type { Spots } from './spots.ts';
import type { FeatureView, ViewFeatures } from './view.ts';

/** Per-spot image features of a frozen encoder. */
export interface FeatureMatrix {
  /** Encoder that computed them, e.g. `handcrafted`. */
  readonly encoder: string;
  /** One name per column. [D] */
  readonly names: readonly string[];
  /** Row-major. [N, D] */
  readonly values: Float32Array;
}

/** Square crops of a section's image around spot centres. */
export interface PatchReader {
  /**
   * RGB crops centred on the given spots (row numbers), `fieldOfViewPx` pixels of the full-resolution image wide, resized to
   * `sizePx` where the two differ. Black beyond the edge of the image. Row-major, 8 bit. [B, sizePx, sizePx, 3]
   */
  read(spots: ArrayLike<number>, options?: { sizePx?: number; fieldOfViewPx?: number }): Promise<Uint8Array>;
}

/** A section as a method sees it when it predicts: image, positions, features, and **no expression**. */
export interface Slide {
  /** Section id, unique within the data set. */
  readonly id: string;
  readonly patient: string;
  readonly spots: Spots;
  /** Features of the frozen encoder, view `patch`; present in the `frozen` regime. */
  readonly features?: FeatureMatrix;
  /** The other views that the method asks for, in the `frozen` regime. */
  readonly views?: Readonly<Partial<Record<FeatureView, ViewFeatures>>>;
  readonly patches: PatchReader;
  /**
   * Patches on disk under every `ImageView`, present in the `finetune` regime: one store, or the `part` of it that a slide with
   * some of its section's spots has.
   */
  readonly patchStore?: PatchStore;
}

/** Expression in the protocol's target units, restricted to the genes to predict. */
export interface Expression {
  /** Gene names, the columns of `values`. [G] */
  readonly genes: readonly string[];
  /** Row-major. [N, G] */
  readonly values: Float32Array;
  /** Total molecule count of each spot over all measured genes. [N] */
  readonly librarySize: Float32Array;
}

/** A section as a method sees it when it learns. */
export interface TrainingSlide extends Slide {
  readonly expression: Expression;
}
