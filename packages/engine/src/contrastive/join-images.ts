import type { HostArray, HostArrays } from '../host-array.ts';
import type { SectionRange } from './spot-table.ts';

/**
 * The images of rows of a table that may belong to several sections, in the order of the rows: each section's are read
 * together.
 */
export async function joinImages(
  sections: readonly SectionRange[],
  rows: Uint32Array,
  read: (section: number, spots: readonly number[]) => Promise<HostArrays>,
): Promise<HostArrays> {
  const joined: Record<string, HostArray & { data: Float32Array }> = {};
  for (const [section, { begin, end }] of sections.entries()) {
    const places = [...rows.keys()].filter((i) => rows[i] >= begin && rows[i] < end);
    if (places.length === 0) continue;
    const found = await read(
      section,
      places.map((i) => rows[i] - begin),
    );
    for (const [name, { shape, data }] of Object.entries(found)) {
      const length = data.length / places.length;
      joined[name] ??= emptyLike(rows.length, shape);
      places.forEach((place, i) => {
        joined[name].data.set((data as Float32Array).subarray(i * length, (i + 1) * length), place * length);
      });
    }
  }
  return joined;
}

function emptyLike(B: number, [, ...each]: readonly number[]): HostArray & { data: Float32Array } {
  const shape = [B, ...each];
  return { dtype: 'float32', shape, data: new Float32Array(shape.reduce((product, side) => product * side, 1)) };
}
