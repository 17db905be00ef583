import { Worker } from 'node:worker_threads';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { PatchJob } from './patch-job.ts';
import type { WorkerAnswer } from './worker-answer.ts';

/** Threads that make batches. */
export interface WorkerPool {
  /** Sends a job to the next free worker; jobs wait for one in the order they came. */
  run(job: PatchJob): Promise<Float32Array>;
  /** Ends the workers; what they have not finished is rejected. */
  close(): Promise<void>;
}

interface Task {
  readonly job: PatchJob;
  readonly resolve: (batch: Float32Array) => void;
  readonly reject: (error: Error) => void;
}

const PATCH_WORKER = new URL('./patch-worker.mjs', import.meta.url);

/**
 * Starts `count` workers that read the patch store in `folder`. A batch comes back without a copy: its memory is handed over.
 * When one worker stops on its own, all end and whatever was asked for is rejected.
 */
export function startWorkerPool(folder: string, count: number, program = PATCH_WORKER): WorkerPool {
  const waiting: Task[] = [];
  const running = new Map<Worker, Task | undefined>();
  let ended: Error | undefined;

  const next = (worker: Worker): void => {
    const task = waiting.shift();
    running.set(worker, task);
    // Only a worker with something to do keeps the process alive.
    if (task === undefined) {
      worker.unref();
      return;
    }
    worker.ref();
    worker.postMessage(task.job);
  };
  const end = (error: Error): void => {
    ended ??= error;
    for (const task of [...running.values(), ...waiting.splice(0)]) task?.reject(ended);
    running.clear();
    for (const worker of workers) void worker.terminate();
  };
  const answered = (worker: Worker, answer: WorkerAnswer): void => {
    const task = running.get(worker);
    if ('batch' in answer) task?.resolve(answer.batch);
    else task?.reject(received(answer.error));
    if (ended === undefined) next(worker);
  };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(program, { workerData: { folder }, execArgv: [] });
    worker.on('message', (answer: WorkerAnswer) => answered(worker, answer));
    worker.on('error', (cause) => end(stopped(running.get(worker), cause.message, cause)));
    worker.on('exit', (code) => end(stopped(running.get(worker), `exit code ${code}`)));
    worker.unref();
    running.set(worker, undefined);
    return worker;
  });

  return {
    run(job) {
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        const free = workers.find((worker) => running.get(worker) === undefined);
        if (free !== undefined) next(free);
      });
    },
    async close() {
      end(new Error('augmented patches: closed before this batch was made'));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function received({ message, tag }: Extract<WorkerAnswer, { error: unknown }>['error']): Error {
  return tag === undefined ? new Error(message) : new SpotbenchError(tag, message);
}

/** The error for a worker that ended on its own, e.g. for want of memory. */
function stopped(task: Task | undefined, why: string, cause?: Error): Error {
  const spots = task?.job.patches.map(({ section, row }) => `${section} ${row}`) ?? [];
  const at = spots.length === 0 ? '' : ` while it made the batch of spots ${spots[0]} to ${spots.at(-1)!}`;
  return new Error(`augmented patches: a worker stopped${at} (${why}); try fewer workers or smaller batches`, {
    cause,
  });
}
