import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SpotbenchError, syncFolder, writeAndSync } from '@spotbench/core';

/** Holds what is about to replace published results; once it says so in `READY`, they are published, whatever happens then. */
const STAGE = '.publishing';
const READY = 'ready.json';

/**
 * Replaces entries of `results` (files or folders) by those that `fill` writes to the folder it is given, all or none: a process
 * killed before the last of them is on disk leaves everything as it was, and one killed later has its work ended by
 * `finishSwap`. Entries that `fill` does not write stay.
 */
export async function swapResults(results: string, fill: (stage: string) => Promise<void>): Promise<void> {
  await finishSwap(results);
  const stage = join(results, STAGE);
  try {
    mkdirSync(stage, { recursive: true });
    await fill(stage);
    const entries = readdirSync(stage).sort();
    await syncFolder(stage);
    await writeAndSync(join(stage, READY), JSON.stringify(entries));
    await syncFolder(stage);
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    throw error;
  }
  await finishSwap(results);
}

/** Ends a swap that was interrupted: forward once all was written, back before. Nothing where there was none. */
export async function finishSwap(results: string): Promise<void> {
  const stage = join(results, STAGE);
  if (!existsSync(stage)) return;
  if (existsSync(join(stage, READY))) {
    for (const entry of JSON.parse(readFileSync(join(stage, READY), 'utf8')) as string[]) {
      // Already in place when an earlier attempt came this far.
      if (!existsSync(join(stage, entry))) continue;
      rmSync(join(results, entry), { recursive: true, force: true });
      renameSync(join(stage, entry), join(results, entry));
    }
    await syncFolder(results);
  }
  rmSync(stage, { recursive: true, force: true });
}

/** @throws SpotbenchError `damaged-artefact` where a swap was interrupted; nothing is changed. */
export function refuseUnfinishedSwap(results: string): void {
  const stage = join(results, STAGE);
  if (!existsSync(stage)) return;
  const [state, cure] = existsSync(join(stage, READY))
    ? ['is part old and part new', 'puts the rest in place']
    : ['is as it was before', 'removes what is left of it'];
  throw new SpotbenchError(
    'damaged-artefact',
    `${stage}: a publication was killed, and ${results} ${state}; npx spotbench publish --rebuild ${cure}`,
  );
}

/** Copies a folder that stays as it is into the stage. */
export function keepFolder(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}
