import { open } from 'node:fs/promises';
import { undecodable } from './image-size.ts';
import type { RegionReader } from './region-reader.ts';
import type { StripTable } from './strip-table.ts';

/** A strip is decoded whole. Bytes. */
const LARGEST_STRIP = 2 ** 28;

/** Whether the strips are small enough to decode them one by one. */
export function areSmall({ widthPx, rows, samples, byteCounts }: StripTable): boolean {
  return widthPx * rows * samples <= LARGEST_STRIP && byteCounts.every((bytes) => bytes <= LARGEST_STRIP);
}

/**
 * Reads rectangles of a tiff in compressed strips, decoding only the strips a rectangle touches: each is handed to libvips as
 * a tiff of its own.
 * @throws SpotbenchError `bad-data` when a strip does not decode.
 */
export async function openCompressedStrips(strips: StripTable, path: string): Promise<RegionReader> {
  const { widthPx, heightPx, rows, offsets, byteCounts } = strips;
  const file = await open(path);
  const decodeStrip = async (s: number): Promise<Buffer> => {
    const stripRows = Math.min(rows, heightPx - s * rows);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(byteCounts[s]), 0, byteCounts[s], offsets[s]);
    try {
      if (bytesRead !== byteCounts[s]) throw new Error(`the file ends before strip ${s} does`);
      // Loaded when a strip is decoded, as in `openWithLibvips`.
      const { default: sharp } = await import('sharp');
      return await sharp(asTiff(buffer, strips, stripRows), { failOn: 'warning', limitInputPixels: false })
        .toColourspace('srgb')
        .removeAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer();
    } catch (cause) {
      throw undecodable(path, `needed strip ${s}`, cause);
    }
  };
  return {
    async read({ left, top, width, height }) {
      const out = new Uint8Array(width * height * 3);
      for (let s = Math.floor(top / rows); s * rows < top + height; s++) {
        const pixels = await decodeStrip(s);
        const [from, to] = [Math.max(top, s * rows), Math.min(top + height, (s + 1) * rows)];
        for (let y = from; y < to; y++) {
          const at = ((y - s * rows) * widthPx + left) * 3;
          out.set(pixels.subarray(at, at + width * 3), (y - top) * width * 3);
        }
      }
      return out;
    },
    close: () => file.close(),
  };
}

const [SHORT, LONG] = [3, 4];

/** A classic little-endian tiff of one strip: header, its bytes, the bits of each sample, then the directory. */
function asTiff(strip: Buffer, { widthPx, samples, compression, predictor }: StripTable, rows: number): Buffer {
  const header = Buffer.alloc(8);
  const bits = Buffer.alloc(samples * 2 + (strip.length % 2));
  for (let s = 0; s < samples; s++) bits.writeUInt16LE(8, (strip.length % 2) + s * 2);
  const bitsAt = 8 + strip.length + (strip.length % 2);
  header.write('II*\0', 'latin1');
  header.writeUInt32LE(8 + strip.length + bits.length, 4);
  const tags: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, widthPx],
    [257, LONG, 1, rows],
    samples === 1 ? [258, SHORT, 1, 8] : [258, SHORT, samples, bitsAt],
    [259, SHORT, 1, compression],
    [262, SHORT, 1, samples === 1 ? 1 : 2],
    [273, LONG, 1, 8],
    [277, SHORT, 1, samples],
    [278, LONG, 1, rows],
    [279, LONG, 1, strip.length],
    [284, SHORT, 1, 1],
    [317, SHORT, 1, predictor],
  ];
  // The fourth sample is an alpha channel.
  if (samples === 4) tags.push([338, SHORT, 1, 2]);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, type, count, value], t) => {
    directory.writeUInt16LE(tag, 2 + t * 12);
    directory.writeUInt16LE(type, 4 + t * 12);
    directory.writeUInt32LE(count, 6 + t * 12);
    directory.writeUInt32LE(value, 10 + t * 12);
  });
  return Buffer.concat([header, strip, bits, directory]);
}
