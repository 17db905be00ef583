import { monotonicMs } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { writeCheckpoint, type TrainingPosition } from '../state/checkpoint.ts';
import { allFinite } from './divergence.ts';
import type { CheckpointOptions } from './train-options.ts';

/** Least time between two checkpoints: writing one costs a second or two for a hundred million numbers. */
const EVERY_MS = 60_000;

/** Saves training from time to time. */
export interface Saver {
  /** The last checkpoint known to be good, in words. */
  readonly lastGood: string;
  /** Called after every step; reads the state only when a checkpoint is due. */
  afterStep(position: TrainingPosition, readArrays: () => Promise<HostArrays>): Promise<void>;
}

/** A saver for these options; without options it saves nothing. */
export function createSaver(options: CheckpointOptions | undefined, resumed: boolean): Saver {
  if (options === undefined) return { lastGood: 'none was asked for', afterStep: async () => {} };
  const { path, everyMs = EVERY_MS, everySteps } = options;
  let lastGood = resumed ? `${path} (the one resumed from)` : 'none yet';
  let lastMs = monotonicMs();
  let steps = 0;
  const isDue = (): boolean => (everySteps === undefined ? monotonicMs() - lastMs >= everyMs : steps >= everySteps);
  return {
    get lastGood() {
      return lastGood;
    },
    async afterStep(position, readArrays) {
      steps++;
      if (!isDue()) return;
      const arrays = await readArrays();
      // A NaN here shows in the next step's loss, which stops training: the checkpoint before it stays the last good one.
      if (!allFinite(arrays)) return;
      await writeCheckpoint(path, { position, arrays });
      lastGood = `${path} (before epoch ${position.epoch + 1}, step ${position.step + 1})`;
      lastMs = monotonicMs();
      steps = 0;
    },
  };
}
