import { open } from 'node:fs/promises';
import { diskProblem, isSystemError } from './disk-problem.ts';
import { clearPart, describePart, type Part } from './part-file.ts';

/** An answer that trying again will not change. */
export class FinalFailure extends Error {}

/** One request for the rest of a file. */
export interface Transfer {
  readonly url: string;
  readonly part: Part;
  readonly headers?: Readonly<Record<string, string>>;
  /** Known size of the whole file. */
  readonly bytes?: number;
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/** How a request ended: whether the part is the whole file now, and if not why; it may come by trying again. */
export interface Outcome {
  readonly failure?: string;
  /** True when bytes of an earlier request are in it. */
  readonly resumed: boolean;
}

/**
 * Asks for what is missing and appends it to the part. A server that ignores the range, or whose file has changed, sends the
 * whole file: then the part begins anew.
 *
 * @throws FinalFailure for an answer such as 404, a host that is not known, and when more arrives than there can be;
 * SpotbenchError `missing-data` when the disk is full or read-only; the reason of `signal`.
 */
export async function fetchFrom(transfer: Transfer): Promise<Outcome> {
  const { part, stallMs = 30_000 } = transfer;
  // Killed after the last byte and before the file had its name: a server has no answer to a request for nothing.
  if (part.bytes > 0 && part.bytes === part.total) return { resumed: true };
  const silence = new AbortController();
  const watch = setTimeout(() => {
    silence.abort();
  }, stallMs);
  const signal = transfer.signal ? AbortSignal.any([silence.signal, transfer.signal]) : silence.signal;
  try {
    const response = await fetch(transfer.url, { headers: requestHeaders(transfer), signal });
    return await receive(response, transfer, () => watch.refresh());
  } catch (error) {
    transfer.signal?.throwIfAborted();
    if (error instanceof FinalFailure) throw error;
    if (isSystemError(error)) throw diskProblem(part.path, error);
    if (isUnknownHost(error) && part.bytes === 0) throw new FinalFailure(reasonOf(error));
    const failure = silence.signal.aborted ? `no byte for ${stallMs} ms` : reasonOf(error);
    return { failure, resumed: part.bytes > 0 };
  } finally {
    clearTimeout(watch);
  }
}

async function receive(response: Response, transfer: Transfer, onChunk: () => void): Promise<Outcome> {
  const { url, part } = transfer;
  const resumed = isRestOf(part, response);
  if (!resumed) {
    const cleared = await clearPart(part);
    if (response.status === 416 || response.status === 206) {
      await response.body?.cancel();
      return { failure: 'the server could not continue the file', resumed: false };
    }
    requireSuccess(response);
    await describePart(cleared, { url, validator: validatorOf(response), total: totalOf(response) });
  }
  const start = resumed ? part.bytes : 0;
  const stated = totalOf(response);
  const total = transfer.bytes ?? stated ?? (resumed ? part.total : undefined);
  if (stated !== undefined && stated !== total) {
    await response.body?.cancel();
    throw new FinalFailure(`another file: needed ${total} bytes, the server has ${stated}`);
  }
  const arrived = await append(response, part.path, start, total, (done) => {
    onChunk();
    transfer.onProgress?.(done, total);
  });
  if (total === undefined || arrived >= total) return { resumed };
  return { failure: `the server stopped after ${arrived} of ${total} bytes`, resumed };
}

/** Appends a body to a file. Returns the size of the file. */
async function append(
  response: Response,
  path: string,
  start: number,
  total: number | undefined,
  onProgress: (done: number) => void,
): Promise<number> {
  const file = await open(path, start === 0 ? 'w' : 'a');
  let done = start;
  onProgress(done);
  try {
    for await (const chunk of response.body ?? []) {
      const bytes = chunk as Uint8Array;
      if (total !== undefined && done + bytes.length > total)
        throw new FinalFailure(`more bytes than the ${total} there should be`);
      await file.writeFile(bytes);
      done += bytes.length;
      onProgress(done);
    }
  } finally {
    await file.close();
  }
  return done;
}

/** `If-Range` makes a server that has another version by now send all of it. */
function requestHeaders({ headers, part }: Transfer): Record<string, string> {
  const range = part.bytes > 0 && part.validator !== undefined;
  return {
    'user-agent': 'spotbench',
    'accept-encoding': 'identity',
    ...headers,
    ...(range ? { range: `bytes=${part.bytes}-`, 'if-range': part.validator } : {}),
  };
}

function requireSuccess({ status, statusText }: Response): void {
  if (status === 200) return;
  const answer = `the server answered ${status} ${statusText}`.trim();
  if (status === 401 || status === 403)
    throw new FinalFailure(`${answer}: it needs a token, or the licence must be accepted first`);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new FinalFailure(answer);
  throw new Error(answer);
}

/** Whether an answer is the bytes after the part's, of the same file: some servers heed `range` and not `if-range`. */
function isRestOf(part: Part, response: Response): boolean {
  if (response.status !== 206 || part.bytes === 0 || response.headers.has('content-encoding')) return false;
  const total = totalOf(response);
  return (
    rangeOf(response)?.start === part.bytes &&
    isVersionOf(part, response) &&
    (total === undefined || part.total === undefined || total === part.total)
  );
}

/** Compares what the part was described by; a server that leaves that out of a range has heeded `if-range`, as far as one knows. */
function isVersionOf({ validator }: Part, { headers }: Response): boolean {
  const now = headers.get(validator?.startsWith('"') ? 'etag' : 'last-modified');
  return now === null || now.startsWith('W/') || now === validator;
}

/**
 * A weak ETag names what a page says, not its bytes: it cannot tell whether bytes may be joined. Nor can any tag where a body
 * is compressed, for ranges may count compressed bytes.
 */
function validatorOf({ headers }: Response): string | undefined {
  if (headers.has('content-encoding')) return undefined;
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified') ?? undefined;
}

/** What `content-range: bytes 100-199/200` says; a size that the server does not know is `*`. */
function rangeOf({ headers }: Response): { start: number; total: number | undefined } | undefined {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  return start === undefined ? undefined : { start: Number(start), total: total === '*' ? undefined : Number(total) };
}

/** Size of the whole file as the server states it; a compressed body's length is not that, nor that of a range. */
function totalOf(response: Response): number | undefined {
  if (response.status === 206) return rangeOf(response)?.total;
  const length = response.headers.get('content-length');
  return length === null || response.headers.has('content-encoding') ? undefined : Number(length);
}

/** No such host, or no network at all: for each of a hundred files waiting would take minutes. */
function isUnknownHost(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN';
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
}
