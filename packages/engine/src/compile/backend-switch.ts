import './gradients/index.ts';
import { engine, getBackend } from '@tensorflow/tfjs-core';

/**
 * Runs `work` with `backend` as TensorFlow.js's current one and puts the former one back. The whole of it is synchronous,
 * so steps of different engines can be awaited side by side. The backend must have been initialised (`ready`).
 */
export function withBackend<T>(backend: string, work: () => T): T {
  const before = getBackend();
  use(backend);
  try {
    return work();
  } finally {
    if (before) use(before);
  }
}

/** TensorFlow.js's `setBackend` returns a promise but has done its work by then when the backend is already there. */
function use(backend: string): void {
  if (getBackend() === backend) return;
  void engine().setBackend(backend);
  if (getBackend() !== backend) throw new Error(`engine: TensorFlow.js could not switch to its ${backend} backend`);
}
