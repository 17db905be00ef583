/**
 * Where the spots of a section lie. Row i of every per-spot array of the section belongs to spot i. N spots.
 * Array coordinates count spots along the grid; pixel coordinates refer to the full-resolution image, x right, y down.
 */
export interface Spots {
  /** Names, unique within the section, e.g. `10x14`. [N] */
  readonly ids: readonly string[];
  /** Column on the array. [N] */
  readonly arrayX: Float32Array;
  /** Row on the array. [N] */
  readonly arrayY: Float32Array;
  /** Spot centre, pixels from the left edge of the image. [N] */
  readonly pixelX: Float32Array;
  /** Spot centre, pixels from the top edge of the image. [N] */
  readonly pixelY: Float32Array;
}
