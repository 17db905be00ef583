import { open } from 'node:fs/promises';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { RegionReader } from './region-reader.ts';
import { type StripTable, toRgb } from './strip-table.ts';

/**
 * Reads rectangles of an uncompressed 8-bit tiff straight from the bytes of its rows, however large its strips are (some
 * writers put the whole image in one). Samples of a pixel lie together.
 * @throws SpotbenchError `bad-data` when a strip holds fewer bytes than its rows have, or the file ends before a row does.
 */
export async function openPlainStrips(strips: StripTable, path: string): Promise<RegionReader> {
  const { samples, rows, heightPx, offsets, byteCounts } = strips;
  const rowBytes = strips.widthPx * samples;
  const short = byteCounts.findIndex((bytes, s) => bytes < Math.min(rows, heightPx - s * rows) * rowBytes);
  if (short >= 0)
    throw new SpotbenchError(
      'bad-data',
      `${path}: strip ${short} holds ${byteCounts[short]} bytes, fewer than its rows have; the file was not written to its end: fetch it again`,
    );
  const file = await open(path);
  const readRow = async (y: number, left: number, into: Uint8Array): Promise<void> => {
    const at = offsets[Math.floor(y / rows)] + (y % rows) * rowBytes + left * samples;
    const { bytesRead } = await file.read(into, 0, into.length, at);
    if (bytesRead !== into.length)
      throw new SpotbenchError(
        'bad-data',
        `${path}: needed row ${y} at byte ${at}, the file ends before; fetch it again`,
      );
  };
  return {
    async read({ left, top, width, height }) {
      const pixels = new Uint8Array(width * height * samples);
      for (let y = 0; y < height; y++)
        await readRow(top + y, left, pixels.subarray(y * width * samples, (y + 1) * width * samples));
      return toRgb(pixels, width * height, samples);
    },
    close: () => file.close(),
  };
}
