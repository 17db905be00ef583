import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { isSpotbenchError } from '@spotbench/core';
import { chooseEngine, engineNames, probeEngine } from '@spotbench/engine';
import { howToGet } from '../datasets/how-to-get.ts';
import { makePlan } from '../plan/plan.ts';
import { loadMethod } from '../registry/load-method.ts';
import { discoverMethods } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** One thing the doctor looked at. `advice` says what to do about anything that is not fine. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly advice?: string;
}

const GIB = 2 ** 30;
const MIN_NODE = [20, 19] as const;

/** Node's version against what the packages need. */
export function checkNode(version = process.versions.node): Check {
  const [major, minor] = version.split('.').map(Number);
  const fine = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return {
    name: 'node',
    state: fine ? 'ok' : 'problem',
    found: version,
    ...(fine ? {} : { advice: `install Node ${MIN_NODE.join('.')} or newer` }),
  };
}

/** Memory: a cell stays below 1.5 GB. */
export function checkMemory(total = totalmem(), free = freemem()): Check {
  const found = `${(free / GIB).toFixed(1)} of ${(total / GIB).toFixed(1)} GiB free`;
  return total >= 4 * GIB
    ? { name: 'memory', state: 'ok', found }
    : { name: 'memory', state: 'note', found, advice: 'run with --parallel 1' };
}

/** The store can be written, and how much room it has. */
export function checkStore({ store }: Workspace): Check {
  try {
    mkdirSync(store, { recursive: true });
    accessSync(store, constants.W_OK);
  } catch (error) {
    return {
      name: 'store',
      state: 'problem',
      found: `${store}: ${(error as Error).message}`,
      advice: 'make the folder writable',
    };
  }
  const { bavail, bsize } = statfsSync(store);
  const free = (bavail * bsize) / GIB;
  const found = `${store}, ${free.toFixed(0)} GiB free`;
  return free >= 2
    ? { name: 'store', state: 'ok', found }
    : { name: 'store', state: 'note', found, advice: 'free at least 2 GiB' };
}

/** Nx is installed in the version that package.json asks for. */
export function checkNx({ root }: Workspace): Check {
  const path = join(root, 'node_modules', 'nx', 'package.json');
  if (!existsSync(path)) return { name: 'nx', state: 'problem', found: 'not installed', advice: 'run npm ci' };
  return { name: 'nx', state: 'ok', found: (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version };
}

/** Every data set: what of it is here, and how to get the rest. */
export function checkDatasets(workspace: Workspace): Check[] {
  try {
    return makePlan(workspace).datasets.map(({ id, entry, located, presence }) => {
      if (entry.generator) return { name: `data ${id}`, state: 'ok', found: 'synthetic, made when needed' };
      const found = `${located.present.length} of ${entry.sections.length} sections below ${located.root}`;
      if (presence === 'ready' && located.missing.length === 0) return { name: `data ${id}`, state: 'ok', found };
      return { name: `data ${id}`, state: 'note', found, advice: howToGet(id, entry) };
    });
  } catch (error) {
    if (isSpotbenchError(error)) return [{ name: 'data', state: 'problem', found: error.message }];
    throw error;
  }
}

/** Every discovered method loads and says who it is. */
export async function checkMethods(workspace: Workspace): Promise<Check[]> {
  return Promise.all(
    discoverMethods(workspace).map(async (entry): Promise<Check> => {
      try {
        const { title, version } = await loadMethod(workspace, entry);
        return { name: `${entry.kind} ${entry.name}`, state: 'ok', found: `${version}, ${title}` };
      } catch (error) {
        return {
          name: `${entry.kind} ${entry.name}`,
          state: 'problem',
          found: (error as Error).message,
          advice: `mend ${entry.packageRoot}`,
        };
      }
    }),
  );
}

/** Every compute engine: does a step of one addition run on it, what is missing, and what a run would take. */
export async function checkEngines(): Promise<Check[]> {
  const { engine, device, reason } = await chooseEngine({ engine: 'auto', device: 'auto' });
  const checks: Check[] = [{ name: 'engine', state: 'ok', found: `runs take ${engine}/${device} (${reason})` }];
  for (const key of engineNames) {
    const [family, place] = key.split('/');
    const { ready, found, advice } = await probeEngine(family, place);
    checks.push({ name: `engine ${key}`, state: ready ? 'ok' : 'note', found, advice });
  }
  return checks;
}
