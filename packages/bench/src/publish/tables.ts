import { boardCsv } from '../report/board-csv.ts';
import { boardMarkdown } from '../report/board-markdown.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { provenanceMarkdown } from './provenance-markdown.ts';
import { publishedBoard } from './published-board.ts';
import { publishedLabels, readRanking, type PublishedRanking } from './published-ranking.ts';
import { reportedMarkdown } from './reported.ts';
import type { Board } from '../report/board-schema.ts';

/** Names of the tables that are committed. */
export const TABLES = ['leaderboard.json', 'leaderboard.csv', 'leaderboard.md'] as const;
export type Tables = Readonly<Record<(typeof TABLES)[number], string>>;

/** Published rankings with the tables they make. */
export interface PublishedTables {
  readonly board: Board;
  readonly tables: Tables;
  readonly rankings: readonly PublishedRanking[];
}

/** Every ranking below a folder of published runs. @throws SpotbenchError `damaged-artefact`. */
export async function readRankings(runsFolder: string): Promise<PublishedRanking[]> {
  const rankings: PublishedRanking[] = [];
  for (const label of publishedLabels(runsFolder)) rankings.push(await readRanking(runsFolder, label));
  return rankings;
}

/** The tables of published rankings: made of what is committed alone, the same bytes whenever they are made. */
export async function tablesOf(
  workspace: Workspace,
  rankings: readonly PublishedRanking[],
): Promise<{ board: Board; tables: Tables }> {
  const board = await publishedBoard(workspace, rankings);
  const markdown = [boardMarkdown(board), provenanceMarkdown(rankings), reportedMarkdown()].join('\n');
  return {
    board,
    tables: {
      'leaderboard.json': `${JSON.stringify(board, null, 2)}\n`,
      'leaderboard.csv': boardCsv(board),
      'leaderboard.md': markdown,
    },
  };
}
