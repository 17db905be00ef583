import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from './tree.ts';

/** A tree over a folder whose changes stay in memory, for tests. */
export interface MemoryTree extends Tree {
  /** What was written, by path. */
  readonly written: ReadonlyMap<string, string>;
}

/** Opens one. */
export function memoryTree(root: string): MemoryTree {
  const written = new Map<string, string>();
  return {
    root,
    written,
    exists: (path) => written.has(path) || existsSync(join(root, path)),
    read: (path) => written.get(path) ?? (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null),
    write: (path, content) => void written.set(path, content),
  };
}
