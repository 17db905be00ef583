import { join } from 'node:path';
import { writeFileAtomic } from '@spotbench/core';
import type { Cell } from '../plan/cell-id.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import { stateReader, type CellState } from '../results/cell-state.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { boardCsv } from './board-csv.ts';
import { boardMarkdown } from './board-markdown.ts';
import { boardSchema, type Board } from './board-schema.ts';
import { buildBoard } from './build-board.ts';
import { costsCsv } from './costs-csv.ts';
import { standingsKeeper } from './kept-standings.ts';

/** Tables that were made, and what they were made of. */
export interface Report {
  readonly plan: Plan;
  readonly board: Board;
  /** The state of a cell as the tables have it. */
  readonly look: (cell: Cell) => Promise<CellState>;
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * Writes results/local/leaderboard.{json,csv,md} from the cells that exist, and costs.csv with their times and memory;
 * rankings are kept, see `standingsKeeper`. `known` are cells that were looked at just now and need not be again.
 */
export async function report(
  workspace: Workspace,
  selection: Selection,
  known: readonly CellState[] = [],
): Promise<Report> {
  const plan = makePlan(workspace, selection);
  const look = stateReader(workspace, plan, known);
  const board = boardSchema.parse(await buildBoard(workspace, plan, { look, rank: standingsKeeper(workspace) }));
  const folder = workspace.localResults;
  const contents = {
    'leaderboard.json': `${JSON.stringify(board, null, 2)}\n`,
    'leaderboard.csv': boardCsv(board),
    'leaderboard.md': boardMarkdown(board),
    'costs.csv': await costsCsv(plan, look),
  };
  for (const [name, text] of Object.entries(contents)) await writeFileAtomic(join(folder, name), text);
  return { plan, board, look, folder, files: Object.keys(contents).map((name) => join(folder, name)) };
}
