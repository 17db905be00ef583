import { resolve } from 'node:path';
import type FileSystemStore from '@zarrita/storage/fs';
import type * as zarrita from 'zarrita';

type LoadCodec = NonNullable<ReturnType<typeof zarrita.registry.get>>;
type CodecEntry = Awaited<ReturnType<LoadCodec>>;

/** Names of blosc in metadata of zarr 3 and 2. */
const BLOSC = ['blosc', 'numcodecs.blosc'];
const checked = new WeakSet<LoadCodec>();

/**
 * Loads the zarr library and the folder at `path` as its store. What blosc compressed is checked against the sizes it names: the
 * library's decoder would read on behind the end of a chunk that is cut short, and hand out what lay there.
 */
export async function openZarrFolder(path: string): Promise<ZarrFolder> {
  const [zarr, { default: Store }] = await Promise.all([import('zarrita'), import('@zarrita/storage/fs')]);
  for (const name of BLOSC) {
    const load = zarr.registry.get(name)!;
    if (checked.has(load)) continue;
    const loadChecked = async (): Promise<CodecEntry> => checkedBlosc(await load());
    checked.add(loadChecked);
    zarr.registry.set(name, loadChecked);
  }
  return { zarr, root: zarr.root(new Store(resolve(path))) };
}

/** The library, and a folder as its store. */
export interface ZarrFolder {
  readonly zarr: typeof zarrita;
  readonly root: zarrita.Location<FileSystemStore>;
}

function checkedBlosc({ fromConfig }: CodecEntry): CodecEntry {
  return {
    kind: 'bytes_to_bytes',
    fromConfig(configuration, meta) {
      const codec = fromConfig(configuration, meta);
      return {
        kind: 'bytes_to_bytes',
        encode: (bytes) => codec.encode(bytes),
        async decode(bytes: Uint8Array) {
          // Bytes 4 to 7 of a blosc frame are its size once decompressed, 12 to 15 its own.
          const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          if (bytes.length < 16 || header.getUint32(12, true) !== bytes.length)
            throw new Error(`a blosc chunk of ${bytes.length} bytes, not of the size it names`);
          const decoded = await codec.decode(bytes);
          const size = header.getUint32(4, true);
          if (decoded.length === size) return decoded;
          throw new Error(`a blosc chunk decompresses to ${decoded.length} bytes, not the ${size} it names`);
        },
      };
    },
  };
}
