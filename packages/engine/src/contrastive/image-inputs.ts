import { availableParallelism } from 'node:os';
import {
  createAugmentedPatches,
  SpotbenchError,
  type Augmentation,
  type AugmentedPatches,
  type ImageView,
  type PatchStore,
  type Random,
  type Slide,
} from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { IMAGES } from './batch-arrays.ts';
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

/** A spot of a section, by row. */
export interface SpotRow {
  readonly section: string;
  readonly row: number;
}

/** A spot of a slide, by its row in the patch store that all slides share. */
export function storedSpot({ id, patchStore }: Slide, row: number): SpotRow {
  const part = patchStore?.part;
  return { section: id, row: part === undefined ? row : part.rows[row] };
}

/** One view of the images of a batch, as the input pipeline takes it. */
export function viewBatch(view: ImageView, spots: readonly SpotRow[], epoch?: number, size = spots.length) {
  // The view of the whole section is one image, shared by its spots: it is shown as it is.
  if (view === 'slide') return { view, spots: spots.map(({ section }) => ({ section, row: 0 })), size };
  return { view, spots, epoch, size };
}

/** Images [B, 3, S, S] of one view as an input of a step. */
export function imageArray(view: ImageView, data: Float32Array, sizePx: number): HostArrays {
  const B = data.length / (3 * sizePx ** 2);
  return { [IMAGES + view]: { dtype: 'float32', shape: [B, 3, sizePx, sizePx], data } };
}

/** Images of some spots without augmentation, by view, filled up with black to `size` spots. */
export async function plainImages(
  patches: AugmentedPatches,
  { views, sizePx }: ImageInputs,
  spots: readonly SpotRow[],
  size = spots.length,
): Promise<HostArrays> {
  let arrays: HostArrays = {};
  // One after another: they share a thread, and of several damaged views the first is then named.
  for (const view of views)
    arrays = { ...arrays, ...imageArray(view, await patches.read(viewBatch(view, spots, undefined, size)), sizePx) };
  return arrays;
}

/** Most threads that make training images: more than a step on a fast GPU can take up is memory for nothing. */
const MOST_WORKERS = 8;

/**
 * The input pipeline of a training run: augments in threads of its own, ahead of the step. One processor is left to the step,
 * which on a CPU engine is what takes the time.
 */
export function trainingPatches(
  slides: readonly Slide[],
  inputs: ImageInputs,
  random: Random,
  threads = availableParallelism(),
): AugmentedPatches {
  const store = storeOf(slides, inputs);
  const workers = Math.max(1, Math.min(MOST_WORKERS, threads - 1));
  return createAugmentedPatches({ store, augmentations: inputs.augmentations, random, workers, ahead: workers + 1 });
}

/** The input pipeline of queries and validation: in this thread, nothing random. */
export function queryPatches(slides: readonly Slide[], inputs: ImageInputs, random: Random): AugmentedPatches {
  const store = storeOf(slides, inputs);
  return createAugmentedPatches({ store, augmentations: inputs.augmentations, random, workers: 0, ahead: 0 });
}

/**
 * The patch store of slides, which they share, each the whole of it or a part.
 *
 * @throws SpotbenchError `missing-data` when they have none; `bad-config` when it holds images of another size.
 */
function storeOf(slides: readonly Slide[], { views, sizePx }: ImageInputs): PatchStore {
  const wholeOf = (slide?: Slide): PatchStore | undefined => slide?.patchStore?.part?.of ?? slide?.patchStore;
  const store = wholeOf(slides[0]);
  if (store === undefined || slides.some((slide) => wholeOf(slide) !== store)) {
    throw new SpotbenchError(
      'missing-data',
      `section ${slides[0]?.id ?? '(none)'}: the finetune regime needs a patch store, got none; run the cell through spotbench, which makes it`,
    );
  }
  const other = views.find((view) => store.sizePx(view) !== sizePx);
  if (other === undefined) return store;
  throw new SpotbenchError(
    'bad-config',
    `patch store, view ${other}: needed images of ${sizePx} px, found ${store.sizePx(other)} px`,
  );
}
