import type { FeatureView } from '@spotbench/core';
import type { ImageInputs } from './image-inputs.ts';
import type { ViewStandardisers } from './view-standardiser.ts';

/** What a fitted image encoder reads of a slide: frozen features, or images. */
export interface ImageEncoderInputs {
  /** Views of the frozen features; none in the `finetune` regime. */
  readonly views: readonly FeatureView[];
  /** Their shift and scale, where they have any. */
  readonly standardisers: ViewStandardisers | undefined;
  /** Images; none in the `frozen` regime. */
  readonly images: ImageInputs | undefined;
}
