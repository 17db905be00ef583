import type { Batch } from '@spotbench/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { HostArray, HostArrays } from '../host-array.ts';
import { below } from '../training/state-layout.ts';
import type { SpotTable } from './spot-table.ts';

/** Prefix of a step's inputs that are data, and of those that are random. */
const BATCH = 'batch/';
const RANDOM = 'random/';

/** Names of a random input as the step sees it. */
export const randomInputName = (name: string): string => RANDOM + name;

/** The arrays of some spots of a table, as inputs of a step. B = rows.length. */
export function batchArrays(table: SpotTable, rows: Uint32Array): HostArrays {
  return {
    [`${BATCH}features`]: takeRows(table.features, table.featureWidth, rows),
    [`${BATCH}expression`]: takeRows(table.expression, table.geneCount, rows),
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
    features: data.features as Tensor2D | undefined,
    expression: data.expression as Tensor2D,
    position: data.position as Tensor2D,
    random: below(RANDOM, inputs),
  };
}

/** Batch size of a step's inputs. */
export function batchSizeOf(inputs: HostArrays): number {
  return inputs[`${BATCH}expression`].shape[0];
}

/** Features alone, for encoding queries: their expression is not known, and zeros stand in for it. */
export function queryArrays(features: Float32Array, featureWidth: number, geneCount: number): HostArrays {
  const B = features.length / featureWidth;
  return {
    [`${BATCH}features`]: { dtype: 'float32', shape: [B, featureWidth], data: features },
    [`${BATCH}expression`]: { dtype: 'float32', shape: [B, geneCount], data: new Float32Array(B * geneCount) },
    [`${BATCH}position`]: { dtype: 'int32', shape: [B, 2], data: new Int32Array(B * 2) },
  };
}

function takeRows(values: Float32Array, width: number, rows: Uint32Array): HostArray {
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    data.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return { dtype: 'float32', shape: [rows.length, width], data };
}
