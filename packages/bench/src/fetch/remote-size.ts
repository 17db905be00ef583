import pLimit from 'p-limit';
import { requestFor } from './access.ts';
import type { WantedFile } from './wanted-files.ts';

const AT_A_TIME = 8;
const PATIENCE_MS = 15_000;

/** Sizes of files that nobody has written down, as their servers state them; undefined where none does. */
export async function withSizes<T extends WantedFile>(files: readonly T[], signal?: AbortSignal): Promise<T[]> {
  const limit = pLimit(AT_A_TIME);
  return Promise.all(
    files.map((file) =>
      limit(async () => (file.bytes === undefined ? { ...file, bytes: await remoteSize(file, signal) } : file)),
    ),
  );
}

async function remoteSize(file: WantedFile, signal?: AbortSignal): Promise<number | undefined> {
  const { urls, headers } = requestFor(file);
  for (const url of urls) {
    signal?.throwIfAborted();
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(url, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity', ...headers },
      signal: signal ? AbortSignal.any([patience, signal]) : patience,
    }).catch(() => undefined);
    const length = answer?.ok && !answer.headers.has('content-encoding') ? answer.headers.get('content-length') : null;
    if (length !== null && Number(length) > 0) return Number(length);
  }
  return undefined;
}
