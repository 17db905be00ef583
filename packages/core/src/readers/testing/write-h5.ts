import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Group } from 'h5wasm';
import { loadH5wasm } from '../load-h5wasm.ts';

/** What to write: groups as objects, arrays as typed arrays or lists of text, `@name` members as attributes. */
export interface H5Content {
  readonly [name: string]: H5Content | H5Array | H5Data | string;
}

type H5Data = Int8Array | Int32Array | Float32Array | Float64Array | readonly string[];

/** An array of more than one dimension. */
export interface H5Array {
  readonly data: H5Data;
  readonly shape: readonly number[];
}

/** Writes an HDF5 file into a new temporary folder. */
export async function writeH5(content: H5Content, name = 'made.h5'): Promise<string> {
  const { h5wasm } = await loadH5wasm();
  const path = join(await mkdtemp(join(tmpdir(), 'spotbench-h5-')), name);
  const file = new h5wasm.File(path, 'w');
  fill(file, content);
  file.close();
  return path;
}

function fill(group: Group, content: H5Content): void {
  for (const [name, value] of Object.entries(content)) {
    if (name.startsWith('@')) group.create_attribute(name.slice(1), value as string | Int32Array);
    else if (Array.isArray(value) || ArrayBuffer.isView(value))
      group.create_dataset({ name, data: value as Int32Array });
    else if (isArray(value)) group.create_dataset({ name, data: value.data as Int32Array, shape: [...value.shape] });
    else fill(group.create_group(name), value as H5Content);
  }
}

function isArray(value: unknown): value is H5Array {
  return (
    typeof value === 'object' && value !== null && 'data' in value && 'shape' in value && Array.isArray(value.shape)
  );
}
