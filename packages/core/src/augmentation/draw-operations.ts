import type { Random } from '../random/random.ts';
import type { Augmentation } from './augmentation.ts';
import type { Operation } from './operation.ts';

/**
 * Draws the random numbers of `augmentations` for one patch and returns what is to be done to it, in order. Which numbers a
 * patch gets depends on `random` alone: give every (epoch, section, spot) a stream of its own and neither workers nor
 * order can change them. `normalise` draws nothing and is left to `toFloat`.
 */
export function drawOperations(augmentations: readonly Augmentation[], random: Random): Operation[] {
  return augmentations.flatMap((augmentation) => draw(augmentation, random));
}

function draw(augmentation: Augmentation, random: Random): Operation[] {
  switch (augmentation.kind) {
    case 'colour-jitter':
      return drawColourJitter(augmentation, random);
    case 'horizontal-flip':
    case 'vertical-flip':
      return random.uniform() < augmentation.probability ? [{ kind: augmentation.kind }] : [];
    case 'rotation':
      return [{ kind: 'rotation', angle: between(-augmentation.degrees, augmentation.degrees, random) }];
    case 'right-angle-rotation':
      return [{ kind: 'rotation', angle: 90 * random.integer(4) }];
    case 'gaussian-blur':
      if (random.uniform() >= augmentation.probability) return [];
      return [{ kind: 'gaussian-blur', radius: between(...augmentation.radius, random) }];
    case 'gaussian-noise':
      return [{ kind: 'gaussian-noise', sigma: augmentation.sigma, seed: random.uint32() }];
    case 'normalise':
      return [];
  }
}

/** As torchvision's ColorJitter: a strength of 0 leaves its step out, the order is drawn first. */
function drawColourJitter(
  { brightness, contrast, saturation, hue = 0 }: Extract<Augmentation, { kind: 'colour-jitter' }>,
  random: Random,
): Operation[] {
  const factor = (strength: number): number => between(Math.max(0, 1 - strength), 1 + strength, random);
  const order = random.permutation(4);
  const steps: (Operation | undefined)[] = [
    brightness > 0 ? { kind: 'brightness', factor: factor(brightness) } : undefined,
    contrast > 0 ? { kind: 'contrast', factor: factor(contrast) } : undefined,
    saturation > 0 ? { kind: 'saturation', factor: factor(saturation) } : undefined,
    hue > 0 ? { kind: 'hue', shift: between(-hue, hue, random) } : undefined,
  ];
  return Array.from(order, (step) => steps[step]).filter((step) => step !== undefined);
}

function between(from: number, to: number, random: Random): number {
  return from + (to - from) * random.uniform();
}
