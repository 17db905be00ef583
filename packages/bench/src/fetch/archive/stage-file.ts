import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Bytes and SHA-256 of a file. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** A source of bytes, each chunk given once the one before it is dealt with. */
export type ByteSource = (onChunk: (chunk: Uint8Array) => Promise<void>) => Promise<void>;

/** Writes a new file, counted by `count` before a byte is written, hashed on the way, and waits until it is on disk. */
export async function stageFile(path: string, source: ByteSource, count: (bytes: number) => void): Promise<FileFacts> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  try {
    await source(async (chunk) => {
      count(chunk.length);
      await file.writeFile(chunk);
      hash.update(chunk);
      bytes += chunk.length;
    });
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The bytes of a gzipped file. */
export function gunzipped(path: string, signal?: AbortSignal): ByteSource {
  return async (onChunk) => {
    const gunzip = createGunzip();
    const flow = pipeline(createReadStream(path), gunzip, { signal });
    // A failure also ends the loop below, which reports it.
    flow.catch(() => undefined);
    for await (const chunk of gunzip) await onChunk(chunk as Uint8Array);
    await flow;
  };
}

/** Replaces a staged `.gz` by what is in it. */
export async function gunzipStaged(packed: string, path: string, count: (bytes: number) => void): Promise<FileFacts> {
  const facts = await stageFile(path, gunzipped(packed), count);
  await rm(packed);
  return facts;
}
