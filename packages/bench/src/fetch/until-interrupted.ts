import { SpotbenchError } from '@spotbench/core';

/** Runs `work` with a signal that Ctrl-C sets off; a second Ctrl-C ends the process as usual. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onInterrupt = (): void => {
    stop.abort(
      new SpotbenchError('missing-data', 'stopped; what has arrived is kept, and the same command goes on from there'),
    );
  };
  process.once('SIGINT', onInterrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
