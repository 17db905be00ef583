import { open, type FileHandle } from 'node:fs/promises';
import { SpotbenchError } from '@spotbench/core';
import {
  ERR_ENCRYPTED,
  ERR_INVALID_COMPRESSED_DATA,
  ERR_INVALID_CRC32,
  ERR_INVALID_PASSWORD,
  ERR_INVALID_UNCOMPRESSED_SIZE,
  Reader,
  ZipReader,
  type FileEntry,
} from '@zip.js/zip.js';
import type { ArchiveMember } from './archive-member.ts';

/** Where a zip archive is, and its password if it has one. */
export interface ZipSource {
  readonly path: string;
  readonly password?: string;
  readonly signal?: AbortSignal;
}

/** Members of a zip archive, each checked against its CRC-32 (or its authentication code) as it is read. */
export async function* readZip({ path, password, signal }: ZipSource): AsyncGenerator<ArchiveMember> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const zip = new ZipReader(new FileReader(file, size), {
      password,
      signal,
      checkCrc32: true,
      // Members that share bytes are how small archives claim to hold petabytes.
      checkOverlappingEntry: true,
      // What is done with a name is decided where it would become a path, and said there.
      filenameValidation: 'tolerant',
      useWebWorkers: false,
    });
    for await (const entry of zip.getEntriesGenerator()) {
      const kind = entry.symlink ? 'link' : entry.directory ? 'folder' : 'file';
      yield {
        name: entry.filename,
        kind,
        read: (onChunk) => (entry.directory ? Promise.resolve() : readEntry(path, entry, onChunk)),
      };
    }
  } finally {
    await file.close();
  }
}

async function readEntry(path: string, entry: FileEntry, onChunk: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  try {
    await entry.getData(new WritableStream({ write: onChunk }));
  } catch (cause) {
    const { message } = cause as Error;
    const where = `${path}: member "${entry.filename}"`;
    if (message === ERR_ENCRYPTED)
      throw new SpotbenchError('bad-config', `${where} is encrypted and needs a password`, { cause });
    // ZipCrypto tells one wrong password in 256 only by what comes out.
    if (entry.encrypted && WRONG_PASSWORD.has(message))
      throw new SpotbenchError('bad-config', `${where} has another password than the one given, or is damaged`, {
        cause,
      });
    throw cause;
  }
}

const WRONG_PASSWORD: ReadonlySet<string> = new Set([
  ERR_INVALID_PASSWORD,
  ERR_INVALID_CRC32,
  ERR_INVALID_COMPRESSED_DATA,
  ERR_INVALID_UNCOMPRESSED_SIZE,
]);

/** Lets the zip library read ranges of a file that need not fit into memory. */
class FileReader extends Reader<FileHandle> {
  readonly #file: FileHandle;

  constructor(file: FileHandle, size: number) {
    super(file);
    this.#file = file;
    this.size = size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(length, this.size - index));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, index + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}
