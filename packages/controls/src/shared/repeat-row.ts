/** The same row for every spot. [N, G] */
export function repeatRow(row: ArrayLike<number>, count: number): Float32Array {
  const out = new Float32Array(count * row.length);
  for (let i = 0; i < count; i++) out.set(row, i * row.length);
  return out;
}
