/**
 * A way of looking at a spot's surroundings. What a frozen encoder makes of each, D features a token:
 *
 * | view            | a spot has      | what is encoded                                                                |
 * |-----------------|-----------------|--------------------------------------------------------------------------------|
 * | `patch`         | 1 token         | the 224 px crop around the spot                                                |
 * | `scale-<px>`    | 1 token         | the same crop, resized to `px` x `px`                                          |
 * | `tiles`         | 9 tokens        | the crop's central 222 px as 3 x 3 tiles of 74 px, row by row                  |
 * | `tokens`        | T tokens        | the crop, before the encoder pools it: its feature map or tokens, row by row   |
 * | `neighbourhood` | 1 token         | 3 x 3 spots' worth of tissue around the spot, resized to 224 px                |
 * | `slide`         | T tokens, shared | the whole section at low resolution; the same for all its spots               |
 */
export type FeatureView = 'patch' | `scale-${number}` | 'tiles' | 'tokens' | 'neighbourhood' | 'slide';

/** A view as the image encoder of a method is given it when it is trained end to end: one image a spot. */
export type ImageView = 'patch' | 'neighbourhood' | 'slide';

/** Features of a section's spots under one view. */
export interface ViewFeatures {
  /** N, or 1 where all spots of the section share them (`slide`). */
  readonly rows: number;
  /** Tokens of each row, T. */
  readonly tokens: number;
  /** Features of each token, D. */
  readonly width: number;
  /** [rows, T, D] */
  readonly values: Float32Array;
}
