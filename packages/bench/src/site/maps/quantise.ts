/** Values as bytes between their smallest and largest, in base 64: what a map can show of them. */
export interface QuantisedColumn {
  readonly bytes: string;
  /** Smallest and largest value, to 5 digits. */
  readonly range: readonly [number, number];
}

/** q = round(255 (v - min) / (max - min)); 0 everywhere for a constant. */
export function quantise(values: ArrayLike<number>): QuantisedColumn {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const bytes = Uint8Array.from(values, (v) => Math.round((v - low) * scale));
  return { bytes: Buffer.from(bytes).toString('base64'), range: [digits(low), digits(high)] };
}

/** 16-bit numbers, little-endian, in base 64. */
export function base64Of(values: Uint16Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function digits(value: number): number {
  return Number(value.toPrecision(5));
}
