import { parentPort } from 'node:worker_threads';
import { checkCounts } from '../../counts/count-files.ts';
import { isSpotbenchError } from '../../errors/spotbench-error.ts';
import { readAnndata } from '../anndata.ts';
import { readHestPatches } from '../hest.ts';
import { readTenxH5 } from '../tenx-h5.ts';

const READERS = {
  anndata: async (path: string) => checkCounts((await readAnndata(path)).counts, path),
  hest: async (path: string) => {
    await readHestPatches(path);
  },
  tenx: async (path: string) => checkCounts((await readTenxH5(path)).counts, path),
};
export type ReaderName = keyof typeof READERS;

/** A read table that fits together, a refusal, or what no reader may end in. */
export interface ReadAnswer {
  readonly kind: 'read' | 'refused' | 'crashed' | 'hung';
  readonly message?: string;
}

/** Answers each message `[reader, path]`. */
export function answerReads(): void {
  parentPort!.on('message', ([reader, path]: [ReaderName, string]) => {
    void READERS[reader](path).then(
      () => answer({ kind: 'read' }),
      (error: unknown) =>
        answer({
          kind: isSpotbenchError(error, 'bad-data', 'missing-data', 'unsupported') ? 'refused' : 'crashed',
          message: error instanceof Error ? error.message : String(error),
        }),
    );
  });
}

function answer(found: ReadAnswer): void {
  parentPort!.postMessage(found);
}
