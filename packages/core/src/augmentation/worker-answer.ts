import type { ErrorTag } from '../errors/spotbench-error.ts';

/** What a worker says to a job: the batch, or what went wrong in a form that can be sent. */
export type WorkerAnswer =
  | { readonly batch: Float32Array<ArrayBuffer> }
  | { readonly error: { readonly message: string; readonly tag: ErrorTag | undefined } };
