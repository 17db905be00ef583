import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SpotbenchError, unknownName } from '@spotbench/core';
import type { GoldenAdapter } from '@spotbench/engine/conformance';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Where a method package says how golden numbers are recomputed with its model; exports `golden`. */
const MODULE = join('conformance', 'golden.ts');

/**
 * The adapter of one method's package, or of the package that understands files of `fileMethod` where none is named.
 *
 * @throws SpotbenchError `missing-data` when the package has none, `bad-config` when it is for files of another method,
 * `unknown-name` when no package understands the file.
 */
export async function goldenAdapter(
  workspace: Workspace,
  entries: readonly MethodEntry[],
  fileMethod: string,
  named: MethodEntry | undefined,
): Promise<GoldenAdapter> {
  if (named !== undefined) return ofFile(await load(workspace, named.packageRoot), named.packageRoot, fileMethod);
  const roots = [...new Set(entries.map(({ packageRoot }) => packageRoot))];
  const known: GoldenAdapter[] = [];
  for (const root of roots.filter((each) => existsSync(join(workspace.root, each, MODULE)))) {
    known.push(await load(workspace, root));
  }
  const found = known.find(({ method }) => method === fileMethod);
  if (found !== undefined) return found;
  throw unknownName(
    'method of a golden file',
    fileMethod,
    known.map(({ method }) => method),
  );
}

async function load(workspace: Workspace, packageRoot: string): Promise<GoldenAdapter> {
  const path = join(workspace.root, packageRoot, MODULE);
  if (!existsSync(path)) {
    throw new SpotbenchError(
      'missing-data',
      `${join(packageRoot, MODULE)}: no such file; comparing with golden numbers needs it to export "golden", a GoldenAdapter`,
    );
  }
  const { golden } = (await import(pathToFileURL(path).href)) as { golden?: GoldenAdapter };
  if (typeof golden?.model === 'function') return golden;
  throw new SpotbenchError(
    'bad-config',
    `${join(packageRoot, MODULE)}: needs an export named "golden", a GoldenAdapter`,
  );
}

function ofFile(adapter: GoldenAdapter, packageRoot: string, fileMethod: string): GoldenAdapter {
  if (adapter.method === fileMethod) return adapter;
  throw new SpotbenchError(
    'bad-config',
    `${join(packageRoot, MODULE)}: understands golden files of ${adapter.method}, this file's "method" is ${fileMethod}`,
  );
}
