import { isSpotbenchError } from '@spotbench/core';
import { imageHashes, type ImageHashes } from '../cell/image-inputs.ts';
import { openData } from '../data/data-artefact.ts';
import { viewsOf } from '../features/cell-features.ts';
import type { Cell } from '../plan/cell-id.ts';
import { codeFiles, codeOf, hashOfFiles } from '../registry/code-hash.ts';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { CodeList } from './code-list.ts';

/** Today's code and data of cells, each looked at once however many cells share it. */
export interface CurrentInputs {
  /** The source files of a method and the hash over them. */
  code(method: MethodEntry): { readonly hash: string; readonly files: CodeList };
  /** The hash of a data set as it was last read; undefined where it was not, or is damaged. */
  data(dataset: string): Promise<string | undefined>;
  /** The hashes of a cell's features, patches and weights; undefined where one of them is not there. */
  images(cell: Cell, method: MethodEntry): Promise<ImageHashes | undefined>;
}

/** Looks at a workspace from now on: make a new one after anything was changed. */
export function currentInputs(workspace: Workspace): CurrentInputs {
  const filesIn = memoised(
    (source: string) => source,
    (source) => codeFiles(workspace, [source]),
  );
  return {
    code: memoised(
      ({ name }) => name,
      (method) => {
        const merged = Object.assign({}, ...codeOf(method).map(filesIn)) as Record<string, string>;
        const files = Object.fromEntries(
          Object.keys(merged)
            .sort()
            .map((file) => [file, merged[file]]),
        );
        return { hash: hashOfFiles(files), files };
      },
    ),
    data: memoised(
      (dataset) => dataset,
      async (dataset) => unlessAbsent(async () => (await openData(workspace, dataset)).manifest.hash),
    ),
    images: memoised(imagesKey, (cell, method) => unlessAbsent(() => imageHashes(workspace, cell, method))),
  };
}

function imagesKey(cell: Cell, method: MethodEntry): string {
  const { dataset, regime, encoder } = cell;
  return JSON.stringify([dataset, regime, encoder, viewsOf(cell, method), method.finetune]);
}

/** `compute`, called once for each key. */
function memoised<A extends unknown[], T>(key: (...args: A) => string, compute: (...args: A) => T): (...args: A) => T {
  const known = new Map<string, T>();
  return (...args) => {
    const name = key(...args);
    if (!known.has(name)) known.set(name, compute(...args));
    return known.get(name)!;
  };
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}
