/** Largest absolute difference over the largest magnitude of `b`; infinite where the lengths differ or a number is not finite. */
export function difference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let [worst, scale] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i] - b[i]);
    if (!Number.isFinite(off)) return Infinity;
    worst = Math.max(worst, off);
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst === 0 ? 0 : worst / scale;
}

/** The same numbers, bit by bit. */
export function sameBytes(a: Float32Array, b: Float32Array): boolean {
  const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return bytes(a).equals(bytes(b));
}
