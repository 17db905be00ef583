import { parentPort, workerData } from 'node:worker_threads';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { openPatchStore } from '../patches/patch-store.ts';
import { makeBatch, type PatchJob } from './patch-job.ts';
import type { WorkerAnswer } from './worker-answer.ts';

/** Runs in a worker thread: makes the batches it is sent, one after the other, and hands their memory over. */
const port = parentPort!;
const { folder } = workerData as { folder: string };
// Checked by the thread that opened it first.
const opened = openPatchStore(folder, { verify: false });
opened.catch(() => undefined);

port.on('message', (job: PatchJob) => {
  void answer(job);
});

async function answer(job: PatchJob): Promise<void> {
  try {
    const batch = await makeBatch(await opened, job);
    port.postMessage({ batch } satisfies WorkerAnswer, [batch.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const tag = isSpotbenchError(error) ? error.tag : undefined;
    port.postMessage({ error: { message, tag } } satisfies WorkerAnswer);
  }
}
