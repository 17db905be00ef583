import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ReadAnswer, ReaderName } from './read-worker.ts';

const PROGRAM = new URL('./read-worker.mjs', import.meta.url);

/** Readers in a thread of their own, which is ended and started anew when a file makes it hang. */
export class GuardedReads {
  readonly #patienceMs: number;
  #worker: Worker | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  async read(reader: ReaderName, path: string): Promise<ReadAnswer> {
    this.#worker ??= new Worker(PROGRAM, { stdout: true, stderr: true });
    const worker = this.#worker;
    const answered = once(worker, 'message').then(([answer]) => answer as ReadAnswer);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<ReadAnswer>((done) => {
      timer = setTimeout(() => done({ kind: 'hung' }), this.#patienceMs);
    });
    worker.postMessage([reader, path]);
    const answer = await Promise.race([answered, patience]);
    clearTimeout(timer);
    if (answer.kind === 'hung') {
      answered.catch(() => undefined);
      await this.close();
    }
    return answer;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
