import type { Random, TrainingSlide } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { batchArrays } from './batch-arrays.ts';
import { slideImages, trainingImages, type ImageInputs, type SlideImages } from './image-inputs.ts';
import { joinImages } from './join-images.ts';
import type { SpotTable } from './spot-table.ts';

/** What a step is fed of some spots of a table. */
export interface SpotInputs {
  /** For a training step of that epoch: images are augmented. */
  training(epoch: number, rows: Uint32Array): Promise<HostArrays>;
  /** As they are. */
  plain(rows: Uint32Array): Promise<HostArrays>;
}

/** Frozen features need nothing but the table. */
export function frozenInputs(table: SpotTable): SpotInputs {
  const read = (rows: Uint32Array) => Promise.resolve(batchArrays(table, rows));
  return { training: (_epoch, rows) => read(rows), plain: read };
}

/** Images of the table's spots, read when they are needed. `slides` are the table's, in its order. */
export function imageInputs(
  table: SpotTable,
  slides: readonly TrainingSlide[],
  images: ImageInputs,
  random: Random,
): SpotInputs {
  const read = async (rows: Uint32Array, of: (slide: TrainingSlide) => SlideImages): Promise<HostArrays> => ({
    ...batchArrays(table, rows),
    ...(await joinImages(table.sections, rows, (section, spots) => of(slides[section]).read(spots))),
  });
  return {
    training: (epoch, rows) => read(rows, (slide) => trainingImages(slide, images, epoch, random)),
    plain: (rows) => read(rows, (slide) => slideImages(slide, images)),
  };
}
