import { readArtefactFile, type ScoredSection } from '@spotbench/core';
import { z } from 'zod';
import type { SetsBySection } from '../cell/gene-sets.ts';
import type { ScoreRow } from '../cell/scores.ts';
import type { CellState } from '../results/cell-state.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { CellSimilarities } from '../similarity/cell-similarities.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { readScoreRows } from './read-score-rows.ts';

/** A finished cell with its scores, as tables need them. */
export interface FinishedCell {
  readonly record: RunRecord;
  readonly sections: readonly ScoredSection[];
  readonly sets: SetsBySection;
  /** Of its stored predictions; absent where those are not at hand. */
  readonly similarities?: CellSimilarities;
}

const setsSchema = z.looseObject({
  schemaVersion: z.literal(1),
  sections: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
});

/** Reads the scores and gene sets of a finished cell. @throws SpotbenchError `damaged-artefact`. */
export async function readFinished(
  workspace: Workspace,
  state: Extract<CellState, { kind: 'ok' }>,
): Promise<FinishedCell> {
  const folder = runFolder(workspace, state.cell.id);
  const rows = await readScoreRows(folder, state.manifest);
  const sections = new Map<string, { patient: string; section: string; rows: ScoreRow[] }>();
  for (const row of rows) {
    const entry = sections.get(row.section) ?? { patient: row.patient, section: row.section, rows: [] };
    entry.rows.push(row);
    sections.set(row.section, entry);
  }
  const text = (await readArtefactFile(folder, state.manifest, 'sets.json')).toString('utf8');
  return { record: state.record, sections: [...sections.values()], sets: setsSchema.parse(JSON.parse(text)).sections };
}
