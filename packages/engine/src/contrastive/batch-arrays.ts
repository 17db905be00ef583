import type { Batch } from '@spotbench/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { HostArray, HostArrays } from '../host-array.ts';
import { below, under } from '../training/state-layout.ts';
import type { SpotTable } from './spot-table.ts';
import { mapViews, type ViewTables } from './view-table.ts';

/** Prefix of a step's inputs that are data, and of those that are random. */
const BATCH = 'batch/';
const RANDOM = 'random/';

/** Names of a random input as the step sees it. */
export const randomInputName = (name: string): string => RANDOM + name;

/** Prefixes of the frozen features of each view, and of its images. */
const FEATURES = `${BATCH}features/`;
export const IMAGES = `${BATCH}images/`;

/** The arrays of some spots of a table, as inputs of a step. B = rows.length. */
export function batchArrays(table: SpotTable, rows: Uint32Array): HostArrays {
  return {
    ...featureArrays(table.features, rows),
    [`${BATCH}expression`]: {
      dtype: 'float32',
      shape: [rows.length, table.geneCount],
      data: takeRows(table.expression, table.geneCount, rows),
    },
    [`${BATCH}position`]: {
      dtype: 'int32',
      shape: [rows.length, 2],
      data: Int32Array.from({ length: rows.length * 2 }, (_, i) => table.positions[rows[i >> 1] * 2 + (i & 1)]),
    },
  };
}

/** The inputs of a step as the batch that encoders and losses are given. */
export function batchOf(inputs: TensorMap): Batch {
  const data = below(BATCH, inputs);
  return {
    features: below(FEATURES, inputs),
    images: below(IMAGES, inputs),
    expression: data.expression as Tensor2D,
    position: data.position as Tensor2D,
    random: below(RANDOM, inputs),
  };
}

/** Batch size of a step's inputs. */
export function batchSizeOf(inputs: HostArrays): number {
  return inputs[`${BATCH}expression`].shape[0];
}

/** What stands in for the expression and the positions of `size` queries: an image encoder reads neither. */
export function queryArrays(size: number, geneCount: number): HostArrays {
  return {
    [`${BATCH}expression`]: { dtype: 'float32', shape: [size, geneCount], data: new Float32Array(size * geneCount) },
    [`${BATCH}position`]: { dtype: 'int32', shape: [size, 2], data: new Int32Array(size * 2) },
  };
}

/**
 * Frozen features of some spots by view, [B, D] where a spot has one token and [B, T, D] where it has several; filled up with
 * zeros to `size` spots.
 */
export function featureArrays(views: ViewTables, spots: Uint32Array, size = spots.length): HostArrays {
  const arrays = mapViews(views, ({ tokens, width, values, rowOf }): HostArray => ({
    dtype: 'float32',
    shape: featureShape(size, tokens, width),
    data: takeRows(
      values,
      tokens * width,
      spots.map((spot) => rowOf[spot]),
      size,
    ),
  }));
  return under(FEATURES, arrays as HostArrays);
}

/** [B, D] for one token a spot, [B, T, D] for several. */
export function featureShape(B: number, tokens: number, width: number): number[] {
  return tokens === 1 ? [B, width] : [B, tokens, width];
}

function takeRows(values: Float32Array, width: number, rows: Uint32Array, size = rows.length): Float32Array {
  const data = new Float32Array(size * width);
  rows.forEach((row, i) => {
    data.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return data;
}
