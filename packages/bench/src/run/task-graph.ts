import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan } from '../plan/plan.ts';
import { SELECTION_VARIABLE, type Selection } from '../plan/selection.ts';
import { defaultParallel, THREADS_VARIABLE, threadShare } from '../plan/threads.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { createRunView } from './run-view.ts';

/** How the task graph is run. */
export interface GraphOptions {
  readonly parallel?: number;
  /** False runs every task although the cache holds it. */
  readonly useCache: boolean;
  /** More environment for the tasks. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a run of the task graph ended. */
export interface GraphOutcome {
  /** True when the user asked it to stop (Ctrl-C). */
  readonly interrupted: boolean;
  /** The last lines Nx printed. */
  readonly tail: readonly string[];
}

const TAIL_LINES = 15;

/**
 * Runs the `bench` target of every method through Nx and shows progress; Nx's own output goes to .spotbench/logs/run.log.
 * A task that fails does not stop the others; which cells failed is read from their records, not from here.
 */
export async function runTaskGraph(
  workspace: Workspace,
  plan: Plan,
  selection: Selection,
  { parallel = defaultParallel(), useCache, environment = {} }: GraphOptions,
): Promise<GraphOutcome> {
  if (plan.cells.length === 0) return { interrupted: false, tail: [] };
  const logs = join(workspace.store, 'logs');
  mkdirSync(logs, { recursive: true });
  const log = createWriteStream(join(logs, 'run.log'));
  const nx = join(workspace.root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const args = ['run-many', '-t', 'bench', '--nxBail=false', '--outputStyle=static', `--parallel=${parallel}`];
  const child = spawn(process.execPath, [nx, ...args, ...(useCache ? [] : ['--skipNxCache'])], {
    cwd: workspace.root,
    env: {
      ...process.env,
      ...environment,
      [SELECTION_VARIABLE]: JSON.stringify(selection),
      [THREADS_VARIABLE]: String(threadShare(parallel)),
      FORCE_COLOR: '0',
      NX_TUI: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  let interrupted = false;
  const view = createRunView(workspace, plan.cells.length);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      view.line(line);
    });
  }
  const forward = (): void => {
    interrupted = true;
    child.kill('SIGINT');
  };
  process.once('SIGINT', forward);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
  } finally {
    process.removeListener('SIGINT', forward);
    view.stop();
    log.end();
  }
  return { interrupted, tail };
}
