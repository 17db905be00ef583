import { createReadStream } from 'node:fs';
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

/** Members of a tar archive as a stream: memory does not grow with the archive. @throws Error where it is cut off or damaged. */
export async function* readTar({ path, gzipped, signal }: TarSource): AsyncGenerator<ArchiveMember> {
  const members = extract();
  const stages = [...(gzipped ? [createGunzip()] : []), members];
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

function kindOf(type: Header['type']): ArchiveMember['kind'] {
  if (type === 'file' || type === 'contiguous-file') return 'file';
  if (type === 'directory') return 'folder';
  return type === 'link' || type === 'symlink' ? 'link' : 'other';
}
