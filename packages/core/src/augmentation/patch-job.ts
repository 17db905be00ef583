import { isSpotbenchError, SpotbenchError } from '../errors/spotbench-error.ts';
import type { PatchStore } from '../patches/patch-store.ts';
import { applyOperations, type Normalisation, toFloat } from './augment-patch.ts';
import type { Operation } from './operation.ts';

/** One batch to make, as plain data that can be sent to another thread: all random numbers are drawn. */
export interface PatchJob {
  readonly view: string;
  /** Patches of the batch; those beyond `patches` are 0. B */
  readonly size: number;
  readonly patches: readonly {
    readonly section: string;
    readonly row: number;
    readonly operations: readonly Operation[];
  }[];
  readonly normalisation: Normalisation | undefined;
}

/**
 * Reads the patches of a batch, applies their operations and makes floats of them. [B, 3, S, S]
 * @throws what went wrong, with section and spot in front.
 */
export async function makeBatch(store: PatchStore, job: PatchJob): Promise<Float32Array<ArrayBuffer>> {
  const sizePx = store.sizePx(job.view);
  const values = sizePx ** 2 * 3;
  const batch = new Float32Array(job.size * values);
  for (const [b, { section, row, operations }] of job.patches.entries()) {
    try {
      const pixels = await store.read(section, [row], job.view);
      const target = batch.subarray(b * values, (b + 1) * values);
      toFloat(applyOperations(pixels, sizePx, operations), target, job.normalisation);
    } catch (error) {
      throw withSpot(error, section, row);
    }
  }
  return batch;
}

function withSpot(cause: unknown, section: string, row: number): Error {
  const message = `patch of spot ${row} of section ${section}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return isSpotbenchError(cause) ? new SpotbenchError(cause.tag, message, { cause }) : new Error(message, { cause });
}
