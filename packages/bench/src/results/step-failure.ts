import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@spotbench/core';
import { withLock } from '../locks/store-lock.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A step that cells wait for, e.g. `data--demo` or `features--demo--handcrafted`. */
function recordOf(workspace: Workspace, step: string): string {
  return join(workspace.store, 'failures', `${step}.txt`);
}

/**
 * Runs a step while no other process runs it on this store: the second one then finds it done. When it fails, leaves the reason
 * for the cells that needed it, and throws.
 */
export function runStep<T>(workspace: Workspace, step: string, work: () => Promise<T>): Promise<T> {
  return withLock(
    workspace,
    step,
    () => recordingFailure(workspace, step, work),
    (pid) => {
      process.stderr.write(`waiting for process ${pid}, which does ${step.replaceAll('--', ' ')}\n`);
    },
  );
}

async function recordingFailure<T>(workspace: Workspace, step: string, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await rm(recordOf(workspace, step), { force: true });
    return result;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    await writeFileAtomic(recordOf(workspace, step), `${reason}\n`);
    throw error;
  }
}

/** Why one of the steps that a cell waits for failed last time; undefined when none did. */
export async function failureOf(workspace: Workspace, steps: readonly string[]): Promise<string | undefined> {
  for (const step of steps) {
    const reason = await readFile(recordOf(workspace, step), 'utf8').catch(() => undefined);
    if (reason !== undefined) return `${step.replaceAll('--', ' ')} failed: ${reason.trim()}`;
  }
  return undefined;
}
