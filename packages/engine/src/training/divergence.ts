import { SpotbenchError } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';

/** Where a step stands, for messages; epoch and step count from 1. */
export interface StepName {
  readonly epoch: number;
  readonly step: number;
}

/**
 * Stops training on a loss that is NaN or infinite.
 *
 * @throws SpotbenchError `diverged` naming epoch, step, term and the last good checkpoint.
 */
export function requireFinite(
  values: Readonly<Record<string, number>>,
  { epoch, step }: StepName,
  lastGood: string,
): void {
  const bad = Object.keys(values).filter((name) => !Number.isFinite(values[name]));
  if (bad.length === 0) return;
  const shown = bad.map((name) => `${name} = ${String(values[name])}`).join(', ');
  throw new SpotbenchError(
    'diverged',
    `training: epoch ${epoch}, step ${step}: needed a finite loss, got ${shown}; last good checkpoint: ${lastGood}; lower the learning rate or clip gradients`,
  );
}

/** True when no array holds NaN or infinity: only such a state is worth a checkpoint. */
export function allFinite(arrays: HostArrays): boolean {
  return Object.values(arrays).every(({ data }) => (data as Float32Array).every(Number.isFinite));
}
