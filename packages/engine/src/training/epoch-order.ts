import { SpotbenchError, type Random } from '@spotbench/core';

/** How examples are cut into batches. */
export interface EpochOrderOptions {
  readonly examples: number;
  readonly batchSize: number;
  /** What happens to a last batch that is not full. */
  readonly lastBatch: 'keep' | 'drop';
  /** Stream of the run; the order of epoch e comes from its branch `('shuffle', e)`. */
  readonly random: Random;
}

/** Which examples each batch of each epoch holds. */
export interface EpochOrder {
  readonly stepsPerEpoch: number;
  /** Example numbers of a batch; epoch and step count from 0. */
  rows(epoch: number, step: number): Uint32Array;
}

/**
 * A new random order of all examples every epoch, cut into batches.
 *
 * @throws SpotbenchError `bad-config` when not even one batch comes out.
 */
export function epochOrder({ examples, batchSize, lastBatch, random }: EpochOrderOptions): EpochOrder {
  const batches = examples / batchSize;
  const stepsPerEpoch = lastBatch === 'keep' ? Math.ceil(batches) : Math.floor(batches);
  if (stepsPerEpoch < 1) {
    throw new SpotbenchError(
      'bad-config',
      `batches: needed at least ${lastBatch === 'keep' ? 1 : batchSize} training spots, got ${examples}; lower the batch size`,
    );
  }
  let cached: { epoch: number; order: Uint32Array } | undefined;
  const orderOf = (epoch: number): Uint32Array => {
    if (cached?.epoch !== epoch) cached = { epoch, order: random.fork('shuffle', epoch).permutation(examples) };
    return cached.order;
  };
  return { stepsPerEpoch, rows: (epoch, step) => orderOf(epoch).slice(step * batchSize, (step + 1) * batchSize) };
}
