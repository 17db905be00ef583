import { SpotbenchError } from '@spotbench/core';

/** How many neighbours a prediction averages. */
export interface NeighbourCountOptions {
  /** The published number. */
  readonly topK: number;
  /** Largest share of the reference bank that counts as near; `null` lifts the cap. */
  readonly maxFraction: number | null;
}

/**
 * min(topK, ceil(maxFraction * keys)): a published k was chosen for a bank of thousands of spots; on a small cohort the
 * same k would average over most of it, which is the training mean under another name.
 *
 * @throws SpotbenchError `bad-config` when there are fewer keys than neighbours asked for.
 */
export function neighbourCount({ topK, maxFraction }: NeighbourCountOptions, keys: number): number {
  const count = maxFraction === null ? topK : Math.min(topK, Math.ceil(maxFraction * keys));
  if (count <= keys && count >= 1) return count;
  throw new SpotbenchError(
    'bad-config',
    `retrieval: needed at least ${Math.max(count, 1)} training spots to average ${count} neighbours, got ${keys}; lower topK or set a cap`,
  );
}
