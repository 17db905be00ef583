import { describe, expect, it } from 'vitest';
import type { Region, RegionReader } from '../images/region-reader.ts';
import { BAND_ROWS, createBandWindow } from './band-window.ts';

const [WIDTH, HEIGHT] = [30, 10 * BAND_ROWS + 17];
const image = { path: 'none', widthPx: WIDTH, heightPx: HEIGHT };

/** A slide whose pixels tell their row and column; it notes what is read of it. */
function countingReader(): RegionReader & { reads: Region[] } {
  const reads: Region[] = [];
  return {
    reads,
    read(region) {
      reads.push(region);
      const { left, top, width, height } = region;
      const pixel = (i: number): number => 1 + (((top + Math.floor(i / width)) * 31 + left + (i % width)) % 255);
      return Promise.resolve(Uint8Array.from({ length: width * height * 3 }, (_, i) => pixel(Math.floor(i / 3))));
    },
    close: () => Promise.resolve(),
  };
}

describe('createBandWindow', () => {
  it('reads every row once, the columns that are needed, and no further than a band ahead', async () => {
    const reader = countingReader();
    const window = createBandWindow(reader, image, { from: 4, to: 24 });
    const out = new Uint8Array(10 * 10 * 3);
    for (let top = -5; top < HEIGHT; top += 100) {
      await window.moveTo(top, top + 10);
      const needed = Math.ceil(Math.min(top + 10, HEIGHT) / BAND_ROWS);
      expect(reader.reads.length).toBeLessThanOrEqual(needed + 1);
      window.crop(out, 20, top, 10);
      // Columns 20 to 23 are in the window, the others are not wanted by any patch.
      const inside = top >= 0 ? 1 + ((top * 31 + 20) % 255) : 0;
      expect([top, out[0], out[4 * 3]]).toEqual([top, inside, 0]);
    }
    expect(reader.reads.map(({ top }) => top)).toEqual(Array.from({ length: 11 }, (_, band) => band * BAND_ROWS));
    expect(new Set(reader.reads.map(({ left, width }) => `${left} ${width}`))).toEqual(new Set(['4 20']));
    expect(reader.reads.at(-1)?.height).toBe(17);
  });

  it('passes over bands that nobody needs', async () => {
    const reader = countingReader();
    const window = createBandWindow(reader, image, { from: 0, to: WIDTH });
    await window.moveTo(8 * BAND_ROWS, 8 * BAND_ROWS + 10);
    expect(reader.reads.map(({ top }) => top / BAND_ROWS)).toEqual([8, 9]);
  });

  it('tells whoever needs a band that it cannot be read, and nobody else', async () => {
    const failing: RegionReader = {
      read: ({ top }) =>
        top === 0
          ? countingReader().read({ left: 0, top: 0, width: 1, height: 1 })
          : Promise.reject(new Error(`no ${top}`)),
      close: () => Promise.resolve(),
    };
    const window = createBandWindow(failing, image, { from: 0, to: 1 });
    await window.moveTo(0, 5);
    await expect(window.moveTo(0, BAND_ROWS + 1)).rejects.toThrow(`no ${BAND_ROWS}`);
  });
});
