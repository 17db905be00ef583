import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { DatasetEntry, FileRole, SectionEntry } from '../datasets/schema.ts';
import { sectionPaths } from '../datasets/section-paths.ts';

/**
 * Where a file is below `root`: under its own name, or where readers take the same thing under another one (`.tif` for
 * `.tiff`, the one image of a folder), so that a user's own copy is not fetched again. Undefined where it is not there.
 */
export function findFile(
  root: string,
  path: string,
  entry: DatasetEntry,
  sections: readonly SectionEntry[],
): string | undefined {
  if (existsSync(join(root, path))) return path;
  for (const section of sections)
    for (const [role, candidates] of Object.entries(sectionPaths(entry, section)) as [FileRole, readonly string[]][]) {
      const found = role === 'imageFolder' ? imageBeside(root, path, candidates) : otherName(root, path, candidates);
      if (found !== undefined) return found;
    }
  return undefined;
}

function otherName(root: string, path: string, candidates: readonly string[]): string | undefined {
  return candidates.includes(path) ? candidates.find((candidate) => existsSync(join(root, candidate))) : undefined;
}

function imageBeside(root: string, path: string, folders: readonly string[]): string | undefined {
  const folder = posix.dirname(path);
  if (!folders.includes(folder) || !existsSync(join(root, folder))) return undefined;
  const image = readdirSync(join(root, folder)).find((name) => /\.(jpe?g|png|tiff?)$/i.test(name));
  return image && posix.join(folder, image);
}
