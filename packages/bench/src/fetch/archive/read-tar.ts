import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { ArchiveMember } from './archive-member.ts';

/** Where and how a tar archive is. */
export interface TarSource {
  readonly path: string;
  readonly gzipped: boolean;
  readonly signal?: AbortSignal;
}

/** Bytes of a block. An archive ends with two that are all 0, of which one will do. */
const BLOCK = 512;

/** Members of a tar archive as a stream: memory does not grow with the archive. @throws Error where it is cut off or damaged. */
export async function* readTar({ path, gzipped, signal }: TarSource): AsyncGenerator<ArchiveMember> {
  const members = extract();
  const stages = [...(gzipped ? [createGunzip()] : []), endChecked(), members];
  const flow = pipeline([createReadStream(path), ...stages], { signal });
  // A failure also ends the loop below, which reports it.
  flow.catch(() => undefined);
  for await (const stream of members) {
    const { name, type } = stream.header;
    yield {
      name,
      kind: kindOf(type),
      async read(onChunk) {
        for await (const chunk of stream) await onChunk(chunk as Uint8Array);
      },
    };
    stream.resume();
  }
  await flow;
}

/** Passes an archive on, and fails where it stops without its end: one that is cut off between two members is not whole. */
function endChecked(): Transform {
  let zeros = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const last = chunk.findLastIndex((byte) => byte !== 0);
      zeros = last < 0 ? zeros + chunk.length : chunk.length - 1 - last;
      done(null, chunk);
    },
    flush(done) {
      done(zeros >= BLOCK ? null : new Error('it stops without the empty block that ends an archive'));
    },
  });
}

function kindOf(type: Header['type']): ArchiveMember['kind'] {
  if (type === 'file' || type === 'contiguous-file') return 'file';
  if (type === 'directory') return 'folder';
  return type === 'link' || type === 'symlink' ? 'link' : 'other';
}
