import {
  applyOperations,
  drawOperations,
  normalisationOf,
  toFloat,
  type Augmentation,
  type ImageView,
  type Operation,
  type Random,
  type Slide,
} from '@spotbench/core';
import type { HostArray, HostArrays } from '../host-array.ts';
import { under } from '../training/state-layout.ts';
import { IMAGES } from './batch-arrays.ts';
import { readViewPixels } from './image-view.ts';
import type { PretrainedPart } from './pretrained.ts';

/** The images that a method's own image encoder is trained on. */
export interface ImageInputs {
  readonly views: readonly ImageView[];
  /** Side of an image, S, pixels. */
  readonly sizePx: number;
  /** What a training image goes through, in order; of it, images to predict from get `normalise` alone. */
  readonly augmentations: readonly Augmentation[];
  /** Parts of the model that start from pretrained weights, where weights are used. */
  readonly pretrained?: readonly PretrainedPart[];
}

/** Reads the images of some spots of one slide, without augmentation. */
export interface SlideImages {
  /** Images of spots by view [size, 3, S, S], as inputs of a step; black where `size` exceeds the spots. */
  read(spots: ArrayLike<number>, size?: number): Promise<HostArrays>;
}

/** Images of a slide as they are predicted from. */
export function slideImages(slide: Slide, inputs: ImageInputs): SlideImages {
  return { read: (spots, size = spots.length) => readImages(slide, inputs, spots, size, () => []) };
}

/**
 * Images of a slide as they are trained on in an epoch. Each spot has a stream of its own, so that neither order nor
 * batches change an image; all views of a spot go through the same operations.
 */
export function trainingImages(slide: Slide, inputs: ImageInputs, epoch: number, random: Random): SlideImages {
  const draw = (spot: number) =>
    drawOperations(inputs.augmentations, random.fork('augmentation', epoch, slide.id, spot));
  return { read: (spots, size = spots.length) => readImages(slide, inputs, spots, size, draw) };
}

async function readImages(
  slide: Slide,
  { views, sizePx, augmentations }: ImageInputs,
  spots: ArrayLike<number>,
  size: number,
  draw: (spot: number) => readonly Operation[],
): Promise<HostArrays> {
  const bytes = 3 * sizePx ** 2;
  const images: Record<string, HostArray> = {};
  for (const view of views) {
    const pixels = await readViewPixels(slide, view, spots, sizePx);
    const data = new Float32Array(size * bytes);
    Array.from(spots).forEach((spot, i) => {
      const patch = pixels.subarray(i * bytes, (i + 1) * bytes);
      // The view of the whole section is shared by its spots: it is shown as it is.
      const operations = view === 'slide' ? [] : draw(spot);
      const target = data.subarray(i * bytes, (i + 1) * bytes);
      toFloat(applyOperations(patch, sizePx, operations), target, normalisationOf(augmentations));
    });
    images[view] = { dtype: 'float32', shape: [size, 3, sizePx, sizePx], data };
  }
  return under(IMAGES, images);
}
