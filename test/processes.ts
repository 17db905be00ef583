import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Outcome } from './workspace-copy.ts';

/** A `spotbench` command that is running, in a process group of its own. */
export interface Running {
  readonly pid: number;
  /** How it ended; `code` is null when it was killed. */
  readonly ended: Promise<Outcome>;
  /** Kills it and all it has started, with no chance to tidy up. */
  kill(): void;
}

/** Starts `spotbench` in a workspace, beside whatever else runs there. */
export function startSpotbench(
  root: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const bin = join(root, 'packages', 'bench', 'bin', 'spotbench.mjs');
  const env = { ...process.env, SPOTBENCH_DATA: '', ...environment };
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, env, detached: true });
  const pid = child.pid!;
  return { pid, ended: outcomeOf(child), kill: () => void process.kill(-pid, 'SIGKILL') };
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr!.on('data', (data: Buffer) => (stderr += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return { code, stdout, stderr };
}
