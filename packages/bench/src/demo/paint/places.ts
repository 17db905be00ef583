import type { Random } from '@spotbench/core';
import type { TissueCanvas } from './canvas.ts';
import type { Scene } from './ground.ts';

/** Optical density that is neither glass nor the inside of a lumen, vacuole or cleft. */
const TISSUE_DENSITY = 0.07;

/** One place per cell of a square grid, anywhere in the middle two thirds of its cell. */
export function* jitteredPlaces(
  { width, height }: TissueCanvas,
  spacingPx: number,
  random: Random,
): Generator<{ x: number; y: number }> {
  for (let top = 0; top < height; top += spacingPx)
    for (let left = 0; left < width; left += spacingPx)
      yield {
        x: left + spacingPx * (0.17 + 0.66 * random.uniform()),
        y: top + spacingPx * (0.17 + 0.66 * random.uniform()),
      };
}

/** True where the canvas holds tissue: no nuclei on glass, in lumens or in vacuoles. */
export function hasTissue(canvas: TissueCanvas, scene: Scene, x: number, y: number): boolean {
  if (x >= canvas.width || y >= canvas.height || scene.outline.at(x, y) < 4) return false;
  const at = Math.floor(y) * canvas.width + Math.floor(x);
  return canvas.eosin[at] + canvas.haematoxylin[at] > TISSUE_DENSITY;
}
