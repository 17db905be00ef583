import type { Random, TrainingSlide } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import type { EpochOrder } from '../training/epoch-order.ts';
import { batchArrays } from './batch-arrays.ts';
import {
  plainImages,
  queryPatches,
  storedSpot,
  trainingPatches,
  type ImageInputs,
  type SpotRow,
} from './image-inputs.ts';
import type { SpotTable } from './spot-table.ts';
import { TrainingImages } from './training-images.ts';

/** What training steps are fed, step by step. */
export interface TrainingInputs {
  read(epoch: number, step: number): Promise<HostArrays>;
  close(): Promise<void>;
}

/** Frozen features need nothing but the table. */
export function frozenTraining(table: SpotTable, order: EpochOrder): TrainingInputs {
  return {
    read: (epoch, step) => Promise.resolve(batchArrays(table, order.rows(epoch, step))),
    close: () => Promise.resolve(),
  };
}

/** Order, length and randomness of a training run, and the threads it may use. */
export interface ImageTrainingOptions {
  readonly order: EpochOrder;
  readonly epochs: number;
  readonly random: Random;
  readonly threads?: number;
}

/** Images of the table's spots, augmented ahead of the step. `slides` are the table's, in its order. */
export function imageTraining(
  table: SpotTable,
  slides: readonly TrainingSlide[],
  images: ImageInputs,
  { order, epochs, random, threads }: ImageTrainingOptions,
): TrainingInputs {
  const stream = new TrainingImages(trainingPatches(slides, images, random, threads), images, {
    epochs,
    stepsPerEpoch: order.stepsPerEpoch,
    spots: (epoch, step) => spotRows(table, slides, order.rows(epoch, step)),
  });
  return {
    read: async (epoch, step) => ({
      ...batchArrays(table, order.rows(epoch, step)),
      ...(await stream.read(epoch, step)),
    }),
    close: () => stream.close(),
  };
}

/** What a step is fed of some spots of a table as they are: nothing is augmented. */
export type PlainInputs = (rows: Uint32Array) => Promise<HostArrays>;

/** Spots of a table whose image encoder reads frozen features, or images where `images` says which. */
export function plainInputs(
  table: SpotTable,
  slides: readonly TrainingSlide[],
  images: ImageInputs | undefined,
  random: Random,
): PlainInputs {
  if (images === undefined || slides.length === 0) return (rows) => Promise.resolve(batchArrays(table, rows));
  const patches = queryPatches(slides, images, random);
  return async (rows) => ({
    ...batchArrays(table, rows),
    ...(await plainImages(patches, images, spotRows(table, slides, rows))),
  });
}

/** Rows of a table as rows of the patch store. */
function spotRows({ sections }: SpotTable, slides: readonly TrainingSlide[], rows: Uint32Array): SpotRow[] {
  return Array.from(rows, (row) => {
    const s = sections.findIndex(({ end }) => row < end);
    return storedSpot(slides[s], row - sections[s].begin);
  });
}
