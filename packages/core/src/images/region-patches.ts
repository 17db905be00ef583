import type { SectionImage } from '../contracts/section.ts';
import type { PatchReader } from '../contracts/slide.ts';
import type { Spots } from '../contracts/spots.ts';
import type { RgbImage } from './decode-image.ts';
import { createPatchReader, PATCH_PX } from './patch-reader.ts';
import type { RegionReader } from './region-reader.ts';

/**
 * Patches of a section as `createPatchReader` cuts them, pixel for pixel, with one field of view in memory at a time: for
 * slides too large to decode whole.
 */
export function createRegionPatchReader(regions: RegionReader, image: SectionImage, spots: Spots): PatchReader {
  return {
    async read(rows, options = {}) {
      const fieldPx = options.fieldOfViewPx ?? options.sizePx ?? PATCH_PX;
      const patches: Uint8Array[] = [];
      for (const row of Array.from(rows)) {
        if (!(row in spots.ids))
          throw new RangeError(`patches: spot row must be in 0..${spots.ids.length - 1}, got ${row}`);
        const [x, y] = [Math.floor(spots.pixelX[row]), Math.floor(spots.pixelY[row])];
        const around = await readAround(regions, image, { x, y, fieldPx });
        const reader = createPatchReader(
          () => Promise.resolve(around.part),
          oneSpot(spots.ids[row], x - around.left, y - around.top),
        );
        patches.push(await reader.read([0], options));
      }
      return Buffer.concat(patches);
    },
  };
}

/** The part of the image a patch touches. */
async function readAround(
  regions: RegionReader,
  image: SectionImage,
  { x, y, fieldPx }: { x: number; y: number; fieldPx: number },
): Promise<{ part: RgbImage; left: number; top: number }> {
  const half = Math.floor(fieldPx / 2);
  const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const left = clamp(x - half, image.widthPx);
  const top = clamp(y - half, image.heightPx);
  const widthPx = clamp(x - half + fieldPx, image.widthPx) - left;
  const heightPx = clamp(y - half + fieldPx, image.heightPx) - top;
  const empty = widthPx <= 0 || heightPx <= 0;
  const pixels = empty ? new Uint8Array() : await regions.read({ left, top, width: widthPx, height: heightPx });
  return { part: empty ? { widthPx: 0, heightPx: 0, pixels } : { widthPx, heightPx, pixels }, left, top };
}

function oneSpot(id: string, x: number, y: number): Spots {
  const [arrayX, arrayY] = [Float32Array.of(0), Float32Array.of(0)];
  return { ids: [id], arrayX, arrayY, pixelX: Float32Array.of(x), pixelY: Float32Array.of(y) };
}
