import { join } from 'node:path';
import sharp from 'sharp';
import { readImageSize } from '../../images/image-size.ts';
import type { PatchSlide } from '../patch-slide.ts';

/** A png of 64 x 50 px in which no two near pixels are equal, half a micrometre a pixel, and spots along its diagonal. */
export async function testSlide(folder: string, id: string, spotCount: number): Promise<PatchSlide & { id: string }> {
  const [width, height] = [64, 50];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => 1 + ((i * 11 + (i >> 7)) % 255));
  const path = join(folder, `${encodeURIComponent(id).replaceAll('.', '%2E')}.png`);
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  const along = (px: number): Float32Array => Float32Array.from({ length: spotCount }, (_, i) => (px * i) / spotCount);
  return {
    id,
    image: await readImageSize(path),
    spots: {
      ids: Array.from({ length: spotCount }, (_, i) => `${id}-${i}`),
      arrayX: along(spotCount),
      arrayY: along(spotCount),
      pixelX: along(width),
      pixelY: along(height),
    },
    micrometresPerPx: 0.5,
  };
}
