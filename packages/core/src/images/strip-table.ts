/** Where the rows of an 8-bit tiff lie: in strips of `rows` rows (the last may be shorter), samples of a pixel together. */
export interface StripTable {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rows: number;
  /** 1 grey, 3 RGB, 4 RGBA. */
  readonly samples: number;
  /** Place and size of each strip in the file, bytes. */
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
  /** TIFF's numbers. */
  readonly compression: number;
  readonly predictor: number;
}

/** Takes red, green and blue of interleaved pixels; grey stands for all three. [count, 3] */
export function toRgb(pixels: Uint8Array, count: number, samples: number): Uint8Array {
  const out = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) out[i * 3 + c] = pixels[i * samples + (samples >= 3 ? c : 0)];
  }
  return out;
}
