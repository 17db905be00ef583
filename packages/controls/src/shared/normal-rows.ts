import type { Random } from '@spotbench/core';

/** centre + deviations · N(0, 1), drawn anew for every entry. centre [N, G], deviations [G], result [N, G]. */
export function normalRows(random: Random, centre: Float32Array, deviations: ArrayLike<number>): Float32Array {
  return centre.map((value, at) => value + deviations[at % deviations.length] * random.normal());
}
