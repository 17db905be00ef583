import { join } from 'node:path';
import { bytesOf, SpotbenchError, writeArtefact } from '@spotbench/core';
import { runCell } from '../cell/run-cell.ts';
import { cellId, DEFAULT_ENCODER } from '../plan/cell-id.ts';
import { findCell } from '../plan/find-cell.ts';
import { loadDatasets } from '../datasets/load.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { checkSubmission, type CheckedSubmission } from './check-submission.ts';
import { SUBMISSION_KIND, submissionRoot, valuesFile, type SubmissionMeta } from './stored-submission.ts';

/**
 * Takes a folder of predictions into the store and scores every fold, as every cell is scored.
 *
 * @returns the records of its cells.
 * @throws SpotbenchError `bad-prediction` listing every problem; nothing is stored then.
 */
export async function addSubmission(workspace: Workspace, folder: string): Promise<readonly RunRecord[]> {
  const checked = await checkSubmission(workspace, folder);
  if (checked.problems.length > 0)
    throw new SpotbenchError('bad-prediction', `${folder}: not added:\n${checked.problems.join('\n')}`);
  await store(workspace, checked);
  const { card, folds } = checked;
  const [seed] = loadDatasets(workspace).datasets[card.dataset].seeds;
  const records: RunRecord[] = [];
  for (const { fold } of folds) {
    const { dataset, protocol, name: method } = card;
    const id = cellId({ dataset, protocol, regime: 'frozen', encoder: DEFAULT_ENCODER, method, fold, seed });
    records.push(await runCell(workspace, findCell(workspace, id)));
  }
  return records;
}

async function store(workspace: Workspace, { card, folds, sections }: CheckedSubmission): Promise<void> {
  const meta: SubmissionMeta = {
    card,
    folds: folds.map(({ fold, training, genes, test }) => ({
      fold,
      training: [...training],
      genes: [...genes],
      spots: Object.fromEntries(test.map(({ id, spots }) => [id, [...spots.ids]])),
    })),
  };
  const files = sections.map(({ fold, section, values }) => [valuesFile(fold, section), bytesOf(values)] as const);
  await writeArtefact(
    join(workspace.root, submissionRoot(card.name)),
    SUBMISSION_KIND,
    meta,
    Object.fromEntries(files),
  );
}
