import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { badData } from './bad-data.ts';

const gunzip = promisify(gunzipCallback);

/**
 * A file's bytes, decompressed where they start with the gzip signature (the name is not trusted).
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is empty or its gzip stream is cut
 * short or fails its checksum.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${path}: cannot be read; check the data folder or fetch the data set`, {
      cause,
    });
  });
  if (bytes.length === 0) throw badData(path, 'the file is empty');
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = compressed ? await decompress(bytes, path) : bytes;
  if (plain.length === 0) throw badData(path, 'the file is empty once decompressed');
  return plain;
}

async function decompress(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await gunzip(bytes);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : 'unreadable';
    throw badData(
      path,
      `the gzip stream does not decompress (${what}) after ${bytes.length} compressed bytes`,
      undefined,
      cause,
    );
  }
}
