import { isSpotbenchError } from '@spotbench/core';
import { createProgressBar } from '../progress/progress-bar.ts';
import { findWorkspace, type Workspace } from '../workspace/workspace.ts';
import { weightsCatalogue } from './catalogue.ts';
import { fetchWeights, findWeights, type Weights } from './fetch-weights.ts';

/** Carries out `spotbench weights`. Exit code 1 where weights that were asked for are not there or not right. */
export async function runWeights(
  action: 'list' | 'fetch' | 'verify',
  names: readonly string[],
  json: boolean,
): Promise<void> {
  const workspace = findWorkspace();
  const asked = names.length > 0 ? names : Object.keys(weightsCatalogue);
  for (const name of asked) {
    const line = action === 'fetch' ? await fetched(workspace, name) : await found(workspace, name, action);
    process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${describe(line)}\n`);
  }
}

type Line = Weights | { readonly name: string; readonly missing: string };

async function fetched(workspace: Workspace, name: string): Promise<Line> {
  const bar = createProgressBar(`weights ${name}`);
  const stop = new AbortController();
  const onInterrupt = (): void => {
    stop.abort(new Error('stopped; what has arrived is kept'));
  };
  process.once('SIGINT', onInterrupt);
  try {
    const onProgress = (done: number, total: number | undefined): void => {
      bar.update(megabytes(done), megabytes(total ?? done), 'MB');
    };
    return await fetchWeights(workspace, name, { signal: stop.signal, onProgress });
  } finally {
    process.off('SIGINT', onInterrupt);
    bar.stop();
  }
}

async function found(workspace: Workspace, name: string, action: 'list' | 'verify'): Promise<Line> {
  try {
    return await findWeights(workspace, name);
  } catch (error) {
    if (!isSpotbenchError(error, 'missing-data', 'damaged-artefact')) throw error;
    if (action === 'verify') process.exitCode = 1;
    return { name, missing: error.message };
  }
}

function describe(line: Line): string {
  if ('missing' in line) return line.missing;
  const { name, bytes, sha256, revision, repository, licence } = line;
  return (
    `${name}: ${megabytes(bytes)} MB, ${repository} at ${revision.slice(0, 7)}, ` +
    `SHA-256 ${sha256.slice(0, 12)}, licence ${licence}`
  );
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
