import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FitContext, Progress } from '@spotbench/core';

/** A step of a training run; both count from 1. */
export interface StepAt {
  readonly epoch: number;
  readonly step: number;
}

/** A fit under changes of its context. */
type Fit<T> = (changes: Pick<FitContext, 'checkpointFolder' | 'checkpointEveryMs' | 'onProgress'>) => Promise<T>;

/**
 * What a fit gives that is killed at a step and run again, with a checkpoint after every step before it.
 *
 * @throws Error when the first run is not killed, or the second does not continue at that step.
 */
export async function killedAndResumed<T>(fit: Fit<T>, at: StepAt): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-killed-'));
  try {
    await killFit(fit, at, folder);
    return await resumeFit(fit, at, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a fit until it reports the step, and leaves its last checkpoint in the folder. */
export async function killFit(fit: Fit<unknown>, at: StepAt, checkpointFolder: string): Promise<void> {
  const kill = new Error('killed');
  const onProgress = ({ epoch, step }: Progress) => {
    if (epoch === at.epoch && step === at.step) throw kill;
  };
  try {
    await fit({ checkpointFolder, checkpointEveryMs: 0, onProgress });
  } catch (error) {
    if (error === kill) return;
    throw error;
  }
  throw new Error(`the fit ended before epoch ${at.epoch}, step ${at.step}`);
}

async function resumeFit<T>(fit: Fit<T>, at: StepAt, checkpointFolder: string): Promise<T> {
  let first: Progress | undefined;
  // A fit that continues first reports the epochs that are done, by their last steps.
  const onProgress = (progress: Progress) => {
    if (progress.step !== progress.steps) first ??= progress;
  };
  const result = await fit({ checkpointFolder, onProgress });
  if (first?.epoch === at.epoch && first.step === at.step) return result;
  throw new Error(
    `needed a fit that continues at epoch ${at.epoch}, step ${at.step}; it began at ${first?.epoch}, ${first?.step}`,
  );
}
