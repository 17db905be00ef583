import type { Spots } from '../contracts/spots.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';

/**
 * Distance between neighbouring spots of a section, pixels: the median over spots of the distance to the nearest other spot,
 * which holds on square and hexagonal arrays alike and does not mind a few spots that lie alone.
 *
 * @throws SpotbenchError `bad-data` for fewer than two spots, or when they lie on one another.
 */
export function spotPitchPx({ ids, pixelX, pixelY }: Pick<Spots, 'ids' | 'pixelX' | 'pixelY'>): number {
  const N = ids.length;
  const nearest = Float64Array.from({ length: N }, (_, i) => {
    let closest = Infinity;
    for (let j = 0; j < N; j++) {
      if (j !== i) closest = Math.min(closest, (pixelX[i] - pixelX[j]) ** 2 + (pixelY[i] - pixelY[j]) ** 2);
    }
    return Math.sqrt(closest);
  }).sort();
  const pitch = N < 2 ? NaN : (nearest[(N - 1) >> 1] + nearest[N >> 1]) / 2;
  if (Number.isFinite(pitch) && pitch > 0) return pitch;
  throw new SpotbenchError(
    'bad-data',
    `spots: needed at least two spots apart from each other, got ${N}, pitch ${pitch} px`,
  );
}
