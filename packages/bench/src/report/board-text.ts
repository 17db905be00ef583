import type { Board, BoardRow, Ranking } from './board-schema.ts';
import { fixed } from './format.ts';

/** The leaderboard in a few lines for a terminal: PCC of every method on every set, one block per ranking. */
export function boardText(board: Board): string {
  return board.rankings.map(rankingText).join('\n');
}

function rankingText(ranking: Ranking): string {
  const title = `${ranking.dataset}${ranking.synthetic ? ' (SYNTHETIC)' : ''}, ${ranking.protocol}, ${ranking.regime}: PCC`;
  const sets = ranking.sets.filter((set) => set !== 'all');
  const rows = [['', ...sets], ...ranking.rows.map((row) => [nameOf(row), ...sets.map((set) => valueOf(row, set))])];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: string[]): string =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  ');
  return `${title}\n${rows.map((row) => `  ${line(row).trimEnd()}\n`).join('')}`;
}

function nameOf({ method, kind, rank }: BoardRow): string {
  if (kind === 'submitted') return `   ${method} (submitted)`;
  return kind === 'control' ? `   ${method}` : `${rank === null ? '-' : rank}. ${method}`;
}

/** What stands where a number would: a cell failed, or was not run on today's code and data. */
export function withoutNumber({ failures }: BoardRow): string {
  if (failures.length === 0) return '-';
  return failures.some((f) => f.kind === 'failed') ? 'failed' : 'not run';
}

function valueOf(row: BoardRow, set: string): string {
  const value = row.scores[set]?.pcc?.value;
  if (value === undefined || value === null) return withoutNumber(row);
  return fixed(value);
}
