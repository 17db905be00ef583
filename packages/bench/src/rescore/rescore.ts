import { isSpotbenchError, readArtefactFile, verifyArtefact, writeArtefact } from '@spotbench/core';
import { makePlan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import { RUN_KIND, readRunRecord } from '../results/run-artefact.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Cell } from '../plan/cell-id.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { foldOpener } from './open-folds.ts';
import { differencesFrom, rescoreCell, type ScoreDifference, type StoredRun } from './rescore-cell.ts';
import type { ScoreFiles } from '../cell/score-files.ts';

/** What scoring a cell's stored predictions again gave. */
export interface RescoredCell {
  readonly cell: string;
  /**
   * `equal` to what was stored, to the byte; `changed`; `missing`: not run; `no-scores`: it failed when it was run; `failed`: its
   * predictions cannot be scored here.
   */
  readonly outcome: 'equal' | 'changed' | 'missing' | 'no-scores' | 'failed';
  readonly reason: string;
  readonly differences: readonly ScoreDifference[];
}

export interface RescoreOptions {
  /** Compares only, and writes nothing. */
  readonly check?: boolean;
  readonly onProgress?: (done: number, total: number, cell: string) => void;
}

/** Scores the stored predictions of every selected cell again, without training; without `check`, keeps what changed. */
export async function rescore(
  workspace: Workspace,
  selection: Selection,
  { check = false, onProgress }: RescoreOptions = {},
): Promise<RescoredCell[]> {
  const cells = byFold(makePlan(workspace, selection).cells);
  const open = foldOpener(workspace);
  const done: RescoredCell[] = [];
  for (const cell of cells) {
    onProgress?.(done.length, cells.length, cell.id);
    done.push(await rescoreOne(workspace, cell.id, open, check));
  }
  return done;
}

/** Cells of one fold one after the other. */
export function byFold<C extends Pick<Cell, 'dataset' | 'protocol' | 'fold' | 'id'>>(cells: readonly C[]): C[] {
  const key = (cell: C): string => `${cell.dataset}/${cell.protocol}/${cell.fold}`;
  return [...cells].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

async function rescoreOne(
  workspace: Workspace,
  cell: string,
  open: ReturnType<typeof foldOpener>,
  check: boolean,
): Promise<RescoredCell> {
  const without = (outcome: RescoredCell['outcome'], reason: string): RescoredCell => {
    return { cell, outcome, reason, differences: [] };
  };
  try {
    const run = await storedRun(workspace, cell).catch(unlessMissing);
    if (run === undefined) return without('missing', 'not run');
    if (run.record.status !== 'ok') return without('no-scores', run.record.reason ?? run.record.status);
    const files = await rescoreCell(workspace, run, await open(cell));
    const differences = await differencesFrom(workspace, run, files);
    if (differences.length === 0) return without('equal', '');
    if (!check) await keep(workspace, run, files);
    return { cell, outcome: 'changed', reason: describeDifference(differences[0]), differences };
  } catch (error) {
    if (!isSpotbenchError(error)) throw error;
    return without('failed', error.message);
  }
}

function unlessMissing(error: unknown): undefined {
  if (!isSpotbenchError(error, 'missing-data')) throw error;
}

/** A cell's record and manifest, every file checked. @throws SpotbenchError `missing-data`, `damaged-artefact`. */
export async function storedRun(workspace: Workspace, cell: string): Promise<StoredRun> {
  const folder = runFolder(workspace, cell);
  const manifest = await verifyArtefact(folder, RUN_KIND);
  return { manifest, record: await readRunRecord(folder, manifest) };
}

async function keep(workspace: Workspace, { record, manifest }: StoredRun, files: ScoreFiles): Promise<void> {
  const folder = runFolder(workspace, record.cellId);
  const stored = await Promise.all(
    Object.keys(manifest.files).map(async (name) => [name, await readArtefactFile(folder, manifest, name)] as const),
  );
  await writeArtefact(folder, RUN_KIND, manifest.meta, { ...Object.fromEntries(stored), ...files });
}

function describeDifference({ file, line, before, after }: ScoreDifference): string {
  return `${file} line ${line}: stored "${before ?? 'nothing'}", rescored "${after ?? 'nothing'}"`;
}
