/** Reads bytes of a file. @throws Error where the file ends before them. */
export type ReadAt = (at: number, bytes: number) => Buffer;

/** Bytes in a row. */
export interface Run {
  readonly at: number;
  readonly bytes: number;
}

/** What the library says of an array of one dimension. */
export interface StoredArray {
  /** Address of its object header. */
  readonly header: number;
  readonly length: number;
  readonly elementBytes: number;
  /** Elements of a chunk; undefined where there are no chunks. */
  readonly chunkLength?: number;
}

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Message type of object headers. */
const LAYOUT = 8;
/** Storage classes of a layout message. */
const [CONTIGUOUS, CHUNKED] = [1, 2];
/** Type of the B-tree nodes that lead to chunks. */
const CHUNK_NODE = 1;

/**
 * Finds where an array's bytes lie in its file: one run, or its chunks as stored (compressed), in order. After the HDF5 File Format
 * Specification 3.0 (III.A.1, IV.A.1, IV.A.2.i). The HDF5 library knows, but its WebAssembly build has no function that tells.
 * @throws Error where the file does anything but what nearly all writers do (addresses of 8 bytes, no user block, chunks found by
 * a version 1 B-tree, all of them there and each through all filters), or is damaged.
 */
export function storageOf(read: ReadAt, array: StoredArray): readonly Run[] {
  const start = read(0, 16);
  const sizes = start[8] < 2 ? 13 : 9;
  if (!start.subarray(0, 8).equals(SIGNATURE) || start[sizes] !== 8 || start[sizes + 1] !== 8)
    throw new Error('a file with a user block or short addresses');
  const layout = layoutOf(read, array.header);
  const [version, storageClass] = layout;
  if (array.chunkLength !== undefined) {
    if (storageClass !== CHUNKED || version !== 3) throw new Error(`chunks in layout ${version}.${storageClass}`);
    return chunksBelow(read, longIn(layout, 3), array.chunkLength, array.length);
  }
  if (storageClass !== CONTIGUOUS || version < 3) throw new Error(`array in layout ${version}.${storageClass}`);
  const [run, bytes] = [{ at: longIn(layout, 2), bytes: longIn(layout, 10) }, array.length * array.elementBytes];
  if (run.bytes !== bytes) throw new Error(`${run.bytes} bytes, needed ${bytes}`);
  return [run];
}

/** The layout message of an object header of version 1, or of version 2, which begins with a name; in its first block, as written. */
function layoutOf(read: ReadAt, header: number): Buffer {
  const start = read(header, 16);
  const named = nameIn(start) === 'OHDR';
  if (!named && start[0] !== 1) throw new Error(`no object header at ${header}`);
  const { at, bytes } = named ? namedBlock(read, header, start[5]) : { at: header + 16, bytes: start.readUInt32LE(8) };
  const block = read(at, bytes);
  // Type, size, flags, and of version 2 the order of creation where it is kept.
  const prefix = named ? (start[5] & 4 ? 6 : 4) : 8;
  for (let place = 0; place + prefix <= bytes;) {
    const type = named ? block[place] : block.readUInt16LE(place);
    const size = block.readUInt16LE(place + (named ? 1 : 2));
    if (type === LAYOUT) return block.subarray(place + prefix, place + prefix + size);
    place += prefix + size;
  }
  throw new Error('object header without layout');
}

/** Times and limits stand before the block, where the flags say so, and its size. */
function namedBlock(read: ReadAt, header: number, flags: number): Run {
  const sizeAt = header + 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  return { at: sizeAt + sizeBytes, bytes: read(sizeAt, sizeBytes).readUIntLE(0, Math.min(sizeBytes, 6)) };
}

/** Chunks in order of their elements. */
function chunksBelow(read: ReadAt, root: number, chunkLength: number, length: number): Run[] {
  const chunks: Run[] = [];
  const walk = (at: number, level?: number): void => {
    const head = read(at, 24);
    const isNode = nameIn(head) === 'TREE' && head[4] === CHUNK_NODE && head[5] === (level ?? head[5]);
    if (!isNode) throw new Error(`no B-tree of chunks at ${at}`);
    // Bytes of the chunk, filters it came past, its first element, its first byte in an element (always 0), address.
    const entry = 4 + 4 + 8 + 8 + 8;
    const node = read(at + 24, head.readUInt16LE(6) * entry);
    for (let k = 0; k < node.length; k += entry) {
      const child = longIn(node, k + 24);
      if (head[5] > 0) {
        walk(child, head[5] - 1);
        continue;
      }
      const [first, next] = [longIn(node, k + 8), chunks.length * chunkLength];
      if (first !== next || first >= length || longIn(node, k + 16) !== 0)
        throw new Error(`chunk of element ${first}, needed that of ${next}`);
      if (node.readUInt32LE(k + 4) !== 0) throw new Error(`chunk of element ${first} came past a filter`);
      chunks.push({ at: child, bytes: node.readUInt32LE(k) });
    }
  };
  walk(root);
  if (chunks.length * chunkLength < length) throw new Error(`${chunks.length} chunks of ${chunkLength} for ${length}`);
  return chunks;
}

const nameIn = (bytes: Buffer): string => bytes.toString('latin1', 0, 4);
const longIn = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));
