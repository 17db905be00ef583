import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SpotbenchError } from '@spotbench/core';

/** Where things are: the folder with datasets.json, and the store below it. All paths absolute. */
export interface Workspace {
  readonly root: string;
  /** Everything made or fetched: data, features, runs. Git-ignored; safe to delete. */
  readonly store: string;
  /** What was just run: results/local, git-ignored. */
  readonly localResults: string;
}

/** Finds the workspace that `from` lies in. @throws SpotbenchError `missing-data` when no parent holds datasets.json. */
export function findWorkspace(from: string = process.cwd()): Workspace {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'datasets.json')) && existsSync(join(folder, 'nx.json'))) return workspaceAt(folder);
    if (folder === dirname(folder)) break;
  }
  throw new SpotbenchError(
    'missing-data',
    `no SpotBench workspace in ${from} or above it (looked for datasets.json beside nx.json); run this inside a clone of SpotBench`,
  );
}

/** The workspace whose root is `root`. */
export function workspaceAt(root: string): Workspace {
  return { root, store: join(root, '.spotbench'), localResults: join(root, 'results', 'local') };
}
