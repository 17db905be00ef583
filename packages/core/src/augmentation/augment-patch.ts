import type { Augmentation } from './augmentation.ts';
import { brightness, contrast, hue, saturation } from './colour.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { horizontalFlip, rotation, verticalFlip } from './geometry.ts';
import type { Operation, PatchFunction } from './operation.ts';

/**
 * Applies operations to an 8-bit RGB patch in their order, 8 bits after each. The patch itself is returned where there are none,
 * and is never changed. [S, S, 3]
 */
export function applyOperations(pixels: Uint8Array, sizePx: number, operations: readonly Operation[]): Uint8Array {
  let current = pixels;
  let spare: Uint8Array | undefined;
  for (const operation of operations) {
    const target = spare ?? new Uint8Array(pixels.length);
    patchFunction(operation)(current, target, sizePx);
    // The patch that was given is not written to.
    spare = current === pixels ? undefined : current;
    current = target;
  }
  return current;
}

function patchFunction(operation: Operation): PatchFunction {
  switch (operation.kind) {
    case 'brightness':
      return brightness(operation.factor);
    case 'contrast':
      return contrast(operation.factor);
    case 'saturation':
      return saturation(operation.factor);
    case 'hue':
      return hue(operation.shift);
    case 'horizontal-flip':
      return horizontalFlip;
    case 'vertical-flip':
      return verticalFlip;
    case 'rotation':
      return rotation(operation.angle);
    case 'gaussian-blur':
      return gaussianBlur(operation.radius);
    case 'gaussian-noise':
      return gaussianNoise(operation.sigma, operation.seed);
  }
}

/** Mean and standard deviation per channel, of values in [0, 1]. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The `normalise` step of a list, if it has one. */
export function normalisationOf(augmentations: readonly Augmentation[]): Normalisation | undefined {
  return augmentations.find((augmentation) => augmentation.kind === 'normalise');
}

/**
 * Writes 8-bit pixels [S, S, 3] as floats, channel first [3, S, S]: value / 255, or (value / 255 - mean) / std, in single
 * precision as torchvision's ToTensor and Normalize.
 */
export function toFloat(pixels: Uint8Array, target: Float32Array, normalisation?: Normalisation): void {
  const plane = pixels.length / 3;
  for (let c = 0; c < 3; c++) {
    const table = levels(normalisation?.mean[c] ?? 0, normalisation?.std[c] ?? 1);
    for (let i = 0, from = c, to = c * plane; i < plane; i++, from += 3, to++) target[to] = table[pixels[from]];
  }
}

/** What each of the 256 levels becomes. */
function levels(mean: number, std: number): Float32Array {
  const { fround } = Math;
  return Float32Array.from({ length: 256 }, (_, value) =>
    fround(fround(fround(value / 255) - fround(mean)) / fround(std)),
  );
}
