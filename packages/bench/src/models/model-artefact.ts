import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hashValue,
  isSpotbenchError,
  SpotbenchError,
  verifyArtefact,
  writeArtefact,
  type ArtefactManifest,
  type Fitted,
} from '@spotbench/core';
import type { RunRecord } from '../results/run-record.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** `kind` of the artefact that holds a cell's fitted state. */
export const MODEL_KIND = 'spotbench-model';

/** Where a cell's fitted state lies. Not below the run: a replayed run must not take it away. */
export function modelFolder(workspace: Workspace, cellId: string): string {
  return join(workspace.store, 'models', cellId);
}

/** What decides a fitted state; a run record with the same identity is of the same fit. */
function identityOf(record: RunRecord): string {
  return hashValue(DECIDING.map((name) => record[name]));
}

const DECIDING = [
  ...(['codeHash', 'datasetHash', 'featuresHash', 'patchesHash', 'weightsHash', 'splitHash', 'panelHash'] as const),
  ...(['configHash', 'seed', 'engine', 'device', 'precision'] as const),
];

/** Whether a model is the fitted state of the run that a record is of. */
export function isModelOf(record: RunRecord, { meta }: Pick<ArtefactManifest, 'meta'>): boolean {
  return (meta as { readonly identity?: string }).identity === identityOf(record);
}

/**
 * Keeps the state of a fitted method as an artefact of its own, in place of an older one.
 * @returns false where the method has no state to save.
 */
export async function keepModel(
  workspace: Workspace,
  record: RunRecord,
  fitted: Pick<Fitted, 'save'>,
): Promise<boolean> {
  const target = modelFolder(workspace, record.cellId);
  await rm(target, { recursive: true, force: true });
  if (fitted.save === undefined) return false;
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-model-'));
  try {
    await fitted.save(folder);
    const names = await readdir(folder);
    const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
    const meta = { cell: record.cellId, identity: identityOf(record) };
    await writeArtefact(target, MODEL_KIND, meta, Object.fromEntries(files));
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The folder with the fitted state of a cell's present record, every file checked.
 *
 * @throws SpotbenchError `missing-data` when none was kept or it is that of another run, `damaged-artefact`.
 */
export async function openModel(workspace: Workspace, record: RunRecord): Promise<string> {
  const folder = modelFolder(workspace, record.cellId);
  const advice = `run npx spotbench cell ${record.cellId} --save`;
  const manifest = await verifyArtefact(folder, MODEL_KIND).catch((error: unknown) => {
    if (!isSpotbenchError(error, 'missing-data')) throw error;
    throw new SpotbenchError('missing-data', `${record.cellId}: no fitted state was kept in ${folder}; ${advice}`);
  });
  if (isModelOf(record, manifest)) return folder;
  throw new SpotbenchError(
    'missing-data',
    `${record.cellId}: the fitted state in ${folder} is that of another run; ${advice}`,
  );
}
