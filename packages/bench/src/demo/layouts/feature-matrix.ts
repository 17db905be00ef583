import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadH5wasm } from '@spotbench/core';
import type { Group } from 'h5wasm';

/** What a 10x count file holds. */
export interface FeatureMatrix {
  readonly library: string;
  /** [N] */
  readonly barcodes: readonly string[];
  /** Symbols. [G] */
  readonly genes: readonly string[];
  /** Row-major. [N, G] */
  readonly counts: Uint32Array;
}

/**
 * A `filtered_feature_bc_matrix.h5`, as Cell Ranger 3 and later write it: compressed by barcode. The last gene stands there
 * twice under two accessions, as some symbols do in real references, each with a part of its molecules; readers sum them.
 */
export async function featureMatrixFile(matrix: FeatureMatrix): Promise<Buffer> {
  const { h5wasm } = await loadH5wasm();
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-demo-h5-'));
  const path = join(folder, 'matrix.h5');
  try {
    atEpoch(() => {
      const file = new h5wasm.File(path, 'w');
      fill(file, matrix);
      file.close();
    });
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function fill(file: Group, { library, barcodes, genes, counts }: FeatureMatrix): void {
  const names = [...genes, genes[genes.length - 1]];
  const { indptr, indices, data } = compressed(splitLast(counts, genes.length), names.length);
  for (const [name, value] of Object.entries({ filetype: 'matrix', version: 2, library_ids: library }))
    file.create_attribute(name, value);
  const matrix = file.create_group('matrix');
  matrix.create_dataset({ name: 'barcodes', data: [...barcodes] });
  matrix.create_dataset({ name: 'data', data: Int32Array.from(data) });
  matrix.create_dataset({ name: 'indices', data: BigInt64Array.from(indices, BigInt) });
  matrix.create_dataset({ name: 'indptr', data: BigInt64Array.from(indptr, BigInt) });
  matrix.create_dataset({ name: 'shape', data: Int32Array.of(names.length, barcodes.length) });
  const features = matrix.create_group('features');
  features.create_dataset({ name: 'id', data: names.map((_, f) => `DEMOG${String(f + 1).padStart(11, '0')}`) });
  features.create_dataset({ name: 'name', data: names });
  features.create_dataset({ name: 'feature_type', data: names.map(() => 'Gene Expression') });
  features.create_dataset({ name: 'genome', data: names.map(() => 'synthetic') });
  features.create_dataset({ name: '_all_tag_keys', data: ['genome'] });
}

/** Rows [N, G] to [N, G + 1]: half of the last gene's molecules, rounded down, become those of one more feature. */
function splitLast(counts: Uint32Array, G: number): Uint32Array {
  const out = new Uint32Array((counts.length / G) * (G + 1));
  for (let row = 0; row < counts.length / G; row++) {
    const at = row * (G + 1);
    out.set(counts.subarray(row * G, (row + 1) * G), at);
    out[at + G] = Math.floor(out[at + G - 1] / 2);
    out[at + G - 1] -= out[at + G];
  }
  return out;
}

function compressed(dense: Uint32Array, width: number): { indptr: number[]; indices: number[]; data: number[] } {
  const [indptr, indices, data]: number[][] = [[0], [], []];
  for (const [at, count] of dense.entries()) {
    if (count > 0) {
      indices.push(at % width);
      data.push(count);
    }
    if ((at + 1) % width === 0) indptr.push(data.length);
  }
  return { indptr, indices, data };
}

/**
 * Runs `write` with the clock at 0: HDF5 stamps every object with the time, and has no way through h5wasm to be told not to;
 * the seed alone must decide the bytes. `write` is synchronous, so nothing else sees the clock stand still.
 */
function atEpoch(write: () => void): void {
  const clock = Object.getOwnPropertyDescriptor(Date, 'now')!;
  Object.defineProperty(Date, 'now', { ...clock, value: () => 0 });
  try {
    write();
  } finally {
    Object.defineProperty(Date, 'now', clock);
  }
}
