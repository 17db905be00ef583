/**
 * Undoes HDF5's shuffle filter: `bytes` holds the first bytes of all elements, then all second ones and so on, `into` gets elements
 * of `size` bytes. Of counts and features most of those planes are all 0.
 */
export function unshuffle(bytes: Uint8Array, size: number, into: Uint8Array): Uint8Array {
  const n = bytes.length / size;
  const zeros = Buffer.alloc(n);
  into.fill(0);
  for (let b = 0; b < size; b++) {
    const plane = bytes.subarray(b * n, (b + 1) * n);
    if (zeros.equals(plane)) continue;
    for (let i = 0, at = b; i < n; i++, at += size) into[at] = plane[i];
  }
  return into;
}
