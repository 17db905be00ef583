import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SpotbenchError } from '@spotbench/core';
import { exceptionsOf, type ConformanceExceptions } from '@spotbench/engine/conformance';
import { findMethod, methodsOf, type MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';

/**
 * The methods that are meant: one by its name, or those of a package by its folder.
 *
 * @throws SpotbenchError `unknown-name` listing the nearest, `missing-data` when the folder holds no method.
 */
export function findSubjects(
  workspace: Workspace,
  entries: readonly MethodEntry[],
  nameOrPath: string,
): readonly MethodEntry[] {
  const folder = resolve(nameOrPath);
  const isFolder = existsSync(join(folder, 'package.json'));
  if (!isFolder && !/[\\/]/.test(nameOrPath)) return [findMethod(entries, nameOrPath)];
  const found = isFolder ? methodsOf(workspace, relative(workspace.root, folder)) : [];
  if (found.length > 0) return found;
  throw new SpotbenchError(
    'missing-data',
    `${nameOrPath}: needed the folder of a package whose package.json has "spotbench": { "method": ... }, found ` +
      (isFolder ? 'a package without one' : 'no package.json'),
  );
}

/** What a method's package declares in conformance/exceptions.ts; nothing where it has no such file. */
export async function declaredExceptions(workspace: Workspace, entry: MethodEntry): Promise<ConformanceExceptions> {
  const path = join(workspace.root, entry.packageRoot, 'conformance', 'exceptions.ts');
  const methods = methodsOf(workspace, entry.packageRoot).map(({ name }) => name);
  if (!existsSync(path)) return exceptionsOf({}, entry.name, methods);
  const { exceptions } = (await import(pathToFileURL(path).href)) as { exceptions?: unknown };
  if (exceptions !== undefined) return exceptionsOf(exceptions, entry.name, methods);
  throw new SpotbenchError('bad-config', `${path}: needs an export named "exceptions", by method name`);
}
