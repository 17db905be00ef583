import type { Rows } from './embeddings.ts';

/** How much each neighbour counts: the same, or 1 / d^2 in the L1 or L2 distance of the un-normalised embeddings. */
export type NeighbourWeights = 'mean' | 'inverse-square-l1' | 'inverse-square-l2';

/**
 * w_j = 1 / d(query, key_j)^2, normalised to sum 1; for `mean`, w_j = 1 / k. A neighbour at distance 0 takes all the
 * weight (several share it equally): the limit of the formula, where the published code divides by zero.
 *
 * Source: mclSTExp's evaluation code (fdd3ab1): L1 for her2st, L2 for cSCC and Visium; CMRCNet and MViTGene average.
 */
export function neighbourWeights(
  kind: NeighbourWeights,
  query: Float32Array,
  keys: Rows,
  neighbours: Uint32Array,
): Float64Array {
  if (kind === 'mean') return new Float64Array(neighbours.length).fill(1 / neighbours.length);
  const distance = kind === 'inverse-square-l1' ? distanceL1 : distanceL2;
  const distances = Float64Array.from(neighbours, (key) => distance(query, keys, key));
  const weights = distances.includes(0) ? distances.map((d) => (d === 0 ? 1 : 0)) : distances.map((d) => 1 / d ** 2);
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

function distanceL1(query: Float32Array, { values, width }: Rows, key: number): number {
  let sum = 0;
  for (let d = 0, at = key * width; d < width; d++, at++) sum += Math.abs(query[d] - values[at]);
  return sum;
}

function distanceL2(query: Float32Array, { values, width }: Rows, key: number): number {
  let sum = 0;
  for (let d = 0, at = key * width; d < width; d++, at++) sum += (query[d] - values[at]) ** 2;
  return Math.sqrt(sum);
}
