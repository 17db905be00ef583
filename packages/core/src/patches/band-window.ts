import type { SectionImage } from '../contracts/section.ts';
import type { RegionReader } from '../images/region-reader.ts';

/** Rows of a band: what slides are usually tiled by. */
export const BAND_ROWS = 256;

/** A window over the rows of a slide that moves down: bands are read once, and let go when the window has passed them. */
export interface BandWindow {
  /** Moves the window to rows top .. bottom - 1 (beyond the image: as far as there is one). `top` never goes back. */
  moveTo(top: number, bottom: number): Promise<void>;
  /**
   * Copies the square of `sizePx` with its top left corner at (left, top) into `out`, black beyond the edge of the image; its
   * rows must be in the window. [sizePx, sizePx, 3]
   */
  crop(out: Uint8Array, left: number, top: number, sizePx: number): void;
}

/** Opens a window over columns from .. to - 1 of a slide. The next band is read while the last is used. */
export function createBandWindow(
  regions: RegionReader,
  { heightPx }: SectionImage,
  columns: { from: number; to: number },
): BandWindow {
  const width = columns.to - columns.from;
  const bandCount = width > 0 ? Math.ceil(heightPx / BAND_ROWS) : 0;
  const bands = new Map<number, Uint8Array>();
  let next = 0;
  let coming: { band: number; pixels: Promise<Uint8Array> } | undefined;

  const readBand = (band: number): Promise<Uint8Array> => {
    const top = band * BAND_ROWS;
    const pixels = regions.read({ left: columns.from, top, width, height: Math.min(BAND_ROWS, heightPx - top) });
    // Whoever takes the band hears of it; a band that nobody takes must not end the process.
    pixels.catch(() => undefined);
    return pixels;
  };
  const takeBand = async (band: number): Promise<Uint8Array> => {
    const pixels = coming?.band === band ? coming.pixels : readBand(band);
    coming = undefined;
    const taken = await pixels;
    if (band + 1 < bandCount) coming = { band: band + 1, pixels: readBand(band + 1) };
    return taken;
  };

  return {
    async moveTo(top, bottom) {
      const first = Math.max(0, Math.floor(top / BAND_ROWS));
      const last = Math.min(bandCount, Math.ceil(bottom / BAND_ROWS)) - 1;
      for (const band of bands.keys()) if (band < first) bands.delete(band);
      next = Math.max(next, first);
      for (; next <= last; next++) bands.set(next, await takeBand(next));
    },
    crop(out, left, top, sizePx) {
      out.fill(0);
      const from = Math.max(left, columns.from);
      const to = Math.min(left + sizePx, columns.to);
      if (from >= to) return;
      for (let y = Math.max(0, top); y < Math.min(heightPx, top + sizePx); y++) {
        const band = bands.get(Math.floor(y / BAND_ROWS))!;
        const at = ((y % BAND_ROWS) * width + from - columns.from) * 3;
        out.set(band.subarray(at, at + (to - from) * 3), ((y - top) * sizePx + from - left) * 3);
      }
    },
  };
}
