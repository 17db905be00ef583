import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';

/** What an installed package says of itself in package.json to be looked at for methods. */
const METHOD_KEYWORD = 'spotbench-method';

const names = z.record(z.string(), z.string()).default({});
const rootJson = z.object({ dependencies: names, devDependencies: names, optionalDependencies: names });
const installedJson = z.object({ keywords: z.array(z.string()).default([]) });

/**
 * Folders of the installed packages with methods, relative to the workspace root: dependencies of the root package.json (what
 * `npm install <package>` writes there) with the keyword `spotbench-method`. What they depend on in turn is not looked at:
 * nothing is run that nobody asked for.
 */
export function installedRoots(workspace: Workspace): string[] {
  const path = join(workspace.root, 'package.json');
  if (!existsSync(path)) return [];
  const { dependencies, devDependencies, optionalDependencies } = rootJson.parse(readJson(path));
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .sort()
    .map((name) => `node_modules/${name}`)
    .filter((root) => hasKeyword(join(workspace.root, root, 'package.json')));
}

/** Whether a path below the workspace root is of files that git, and so Nx, does not see. */
export function isOutsideGit(path: string): boolean {
  return path.startsWith('node_modules/') || path.startsWith('.spotbench/');
}

function hasKeyword(path: string): boolean {
  return existsSync(path) && (installedJson.safeParse(readJson(path)).data?.keywords.includes(METHOD_KEYWORD) ?? false);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
