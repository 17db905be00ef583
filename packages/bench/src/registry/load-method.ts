import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SpotbenchError, type AnswerControl, type Method } from '@spotbench/core';
import { submittedMethod } from '../submission/submitted-method.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { DEFAULT_VIEWS, type MethodEntry } from './methods.ts';

/** A method as its module exports it. */
export type LoadedMethod = Method | AnswerControl;

/** True for a control that is shown the test expression. */
export function isAnswerControl(method: LoadedMethod): method is AnswerControl {
  return 'seesAnswer' in method;
}

/**
 * Imports a method. @throws SpotbenchError `bad-config` when its module is not there or exports no `method`, one of another name, a seed or
 * views that contradict its package.json, or when something that is not registered as a control wants the answer.
 */
export async function loadMethod(workspace: Workspace, entry: MethodEntry): Promise<LoadedMethod> {
  if (entry.kind === 'submitted') return submittedMethod(workspace, entry);
  const path = join(workspace.root, entry.packageRoot, entry.entry);
  const fail = (what: string): never => {
    throw new SpotbenchError('bad-config', `method ${entry.name} (${join(entry.packageRoot, entry.entry)}): ${what}`);
  };
  if (!existsSync(path)) fail('there is no such file; "spotbench" in its package.json names the module');
  const { method } = (await import(pathToFileURL(path).href)) as { method?: LoadedMethod };
  if (method === undefined || typeof method.fit !== 'function')
    return fail('needs an export named "method" with a fit function');
  if (method.name !== entry.name)
    fail(`its name is "${method.name}", package.json says "${entry.name}"; make them agree`);
  if (method.deterministic === entry.seeded) {
    fail(
      `says deterministic: ${method.deterministic}, its package.json ${entry.seeded ? 'has it run once per seed' : 'runs one seed'}; make them agree`,
    );
  }
  const { views = DEFAULT_VIEWS } = method;
  if (asText(views) !== asText(entry.views)) {
    fail(`needs the views ${asText(views)}, its package.json lists ${asText(entry.views)}; make them agree`);
  }
  if (isAnswerControl(method) && entry.kind !== 'control')
    fail('asks for the test expression; only packages that register it under "controls" are given it');
  return method;
}

/** Views as a set, in words. */
function asText(views: readonly string[]): string {
  return [...views].sort().join(', ') || 'none';
}
