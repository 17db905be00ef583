import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';

/** @throws SpotbenchError `bad-data` naming the first spot whose centre lies outside the image. */
export function requireInside(
  { path, widthPx, heightPx }: SectionImage,
  { ids, pixelX, pixelY }: Pick<Spots, 'ids' | 'pixelX' | 'pixelY'>,
): void {
  const outside = ids.findIndex(
    (_, i) => !(pixelX[i] >= 0 && pixelX[i] < widthPx && pixelY[i] >= 0 && pixelY[i] < heightPx),
  );
  if (outside < 0) return;
  throw new SpotbenchError(
    'bad-data',
    `${path}: spot ${ids[outside]} must lie inside the image of ${widthPx} x ${heightPx} px, got (${pixelX[outside]}, ${pixelY[outside]}); ` +
      `do the spot and image files belong to one section?`,
  );
}
