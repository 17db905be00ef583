import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpotbenchError, writeFileAtomic } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';

const lockSchema = z.strictObject({
  schemaVersion: z.literal(1),
  weights: z.record(
    z.string(),
    z.strictObject({
      repository: z.string(),
      file: z.string(),
      /** Commit of the repository. */
      revision: z.string(),
      bytes: z.int().positive(),
      sha256: z.string().length(64),
      licence: z.string(),
    }),
  ),
});

/** Weights by name, as they were when they were first downloaded and checked; later downloads must give the same bytes. */
export type WeightsLock = z.infer<typeof lockSchema>['weights'];

/** weights.lock.json beside datasets.json: committed, so that everyone starts from the same weights. */
export const weightsLockPath = ({ root }: Workspace): string => join(root, 'weights.lock.json');

/** Reads the lock; none is an empty one. @throws SpotbenchError `bad-data` when it is not a lock. */
export async function readWeightsLock(workspace: Workspace): Promise<WeightsLock> {
  const path = weightsLockPath(workspace);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return {};
  try {
    return lockSchema.parse(JSON.parse(text)).weights;
  } catch (cause) {
    throw new SpotbenchError('bad-data', `${path}: not a lock of weights; restore it from git`, { cause });
  }
}

/** Writes the lock, names in order. */
export async function writeWeightsLock(workspace: Workspace, weights: WeightsLock): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ schemaVersion: 1, weights: sorted }, null, 2);
  await writeFileAtomic(weightsLockPath(workspace), `${text}\n`);
}
