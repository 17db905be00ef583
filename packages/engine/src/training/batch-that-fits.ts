import { isSpotbenchError, SpotbenchError, type FitContext } from '@spotbench/core';
import type { HostArray, HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import type { StepName } from './divergence.ts';
import { firstState } from './state-layout.ts';
import type { StepCache } from './step-cache.ts';
import type { TrainOptions } from './train-options.ts';
import { trainingStep } from './training-step.ts';

/** SpotbenchError `out-of-memory` of a training step, for who would try again. */
class BatchTooLarge extends SpotbenchError {
  /** The largest batch found to fit; undefined where none was. */
  readonly fits: number | undefined;

  constructor(message: string, fits: number | undefined, cause: unknown) {
    super('out-of-memory', message, { cause });
    this.fits = fits;
  }
}

/** A step that failed, and how to make the inputs of a smaller one. */
export interface FailedStep {
  readonly options: TrainOptions;
  readonly steps: StepCache;
  /** Arrays of the batch; those with B rows can be cut. */
  readonly batch: HostArrays;
  readonly inputsOf: (batch: HostArrays) => HostArrays;
}

/**
 * Out of memory becomes an error that names step, batch size and a batch size that fits, which is found by running a step
 * with a half, a quarter, ... of the batch: what libraries keep beside arrays is not known, so that sums of array sizes would
 * promise too much. Any other error comes back as it is. The compiled steps are freed; training cannot go on after this.
 */
export async function namedMemoryFailure(
  error: unknown,
  { epoch, step }: StepName,
  failed: FailedStep,
): Promise<unknown> {
  if (!isSpotbenchError(error, 'out-of-memory')) return error;
  const size = batchSize(failed.batch);
  await failed.steps.dispose();
  const tried: number[] = [];
  const fits = await largestHalf(failed, size, tried);
  const where = `training: epoch ${epoch}, step ${step}: a batch of ${size} does not fit in memory`;
  const found =
    fits === undefined
      ? `no smaller one was found to fit (tried: ${tried.join(', ') || 'none'}): use another device or a smaller model`
      : `a batch of ${fits} fits (halves were tried): set the batch size to ${fits} or ask to retry with a smaller batch`;
  return new BatchTooLarge(`${where}; ${found}. ${error.message}`, fits, error);
}

async function largestHalf(failed: FailedStep, size: number, tried: number[]): Promise<number | undefined> {
  for (let half = size >> 1; half >= 1; half >>= 1) {
    tried.push(half);
    const fits = await fitsInMemory(failed, firstRows(failed.batch, size, half));
    if (fits !== false) return fits === true ? half : undefined;
  }
  return undefined;
}

/**
 * Runs one step on the first state; its numbers are thrown away. Undefined where it fails in another way (a lost device): the
 * error to report is then still the first one.
 */
async function fitsInMemory({ options, inputsOf }: FailedStep, batch: HostArrays): Promise<boolean | undefined> {
  const layout = { ...options, accumulate: options.accumulate ?? 1, averaged: options.averageDecay !== undefined };
  const inputs = inputsOf(batch);
  try {
    const state = firstState(options.parameters, layout);
    const step = await options.engine.compile(trainingStep(layout), { state, inputs, precision: options.precision });
    await step.run(inputs).finally(() => step.dispose());
    return true;
  } catch (error) {
    return isSpotbenchError(error, 'out-of-memory') ? false : undefined;
  }
}

/** B: the rows of a batch's first array. */
function batchSize(batch: HostArrays): number {
  return Object.values(batch)[0].shape[0];
}

function firstRows(batch: HostArrays, size: number, rows: number): HostArrays {
  const cut = (array: HostArray): HostArray => {
    if (array.shape[0] !== size) return array;
    const shape = [rows, ...array.shape.slice(1)];
    return { ...array, shape, data: array.data.subarray(0, sizeOf(shape)) };
  };
  return Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, cut(array)]));
}

/**
 * Runs `work` with `batchSize`; where that does not fit in memory and a retry was asked for, once more with the largest
 * batch found to fit. Tells which it was: a contrastive loss depends on its batch, so the record must say.
 */
export async function withSmallerBatch<T>(
  batchSize: number,
  { retryWithSmallerBatch = false }: Pick<FitContext, 'retryWithSmallerBatch'>,
  work: (batchSize: number) => Promise<T>,
): Promise<{ value: T; batchSize: number }> {
  try {
    return { value: await work(batchSize), batchSize };
  } catch (error) {
    const fits = error instanceof BatchTooLarge ? error.fits : undefined;
    if (!retryWithSmallerBatch || fits === undefined) throw error;
    return { value: await work(fits), batchSize: fits };
  }
}
