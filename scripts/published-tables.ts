import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@spotbench/core';
import { findWorkspace, type Board } from '@spotbench/bench';
import { format, resolveConfig } from 'prettier';
import { withoutNumber } from '../packages/bench/src/report/board-text.ts';
import { fixed, short, shortCommit } from '../packages/bench/src/report/format.ts';

type Ranking = Board['rankings'][number];

/** Pages that show published numbers between markers `<!-- table:... -->` and `<!-- /table -->`. */
export const PAGES = ['README.md', 'docs/her2st-results.md'];

/** Rows of the gap table beside the methods: controls that look at what methods look at. */
const GAP_CONTROLS = ['library-size', 'ridge', 'nearest-neighbours', 'position-only'];

/**
 * The page with its tables made anew from the published board. Markers are `ranking <data set> <protocol> <regime> <gene sets>` and
 * `gap <data set> <regime>`, for example `<!-- table:ranking her2st patient-out frozen marker,HVG-50 -->`.
 */
export async function withPublishedTables(page: string, text: string, board: Board): Promise<string> {
  const filled = text.replaceAll(
    /<!-- table:(\w+) ([^>]*?) -->[\s\S]*?<!-- \/table -->/g,
    (_, kind: string, words: string) =>
      `<!-- table:${kind} ${words} -->\n\n${tableOf(board, kind, words.split(' '))}\n\n<!-- /table -->`,
  );
  return format(filled, { ...(await resolveConfig(page)), filepath: page });
}

function tableOf(board: Board, kind: string, words: readonly string[]): string {
  if (kind === 'gap') return gapTable(board, words[0], words[1]);
  if (kind !== 'ranking') throw new Error(`table:${kind}: needed ranking or gap`);
  const [dataset, protocol, regime, sets] = words;
  const ranking = board.rankings.find((r) => r.dataset === dataset && r.protocol === protocol && r.regime === regime);
  if (!ranking) throw new Error(`results/leaderboard.json has no ranking of ${words.slice(0, 3).join(', ')}`);
  const unknown = sets.split(',').filter((set) => !ranking.sets.includes(set));
  if (unknown.length > 0)
    throw new Error(`${words.join(' ')}: ${unknown.join(', ')} is none of ${ranking.sets.join(', ')}`);
  return rankingTable(ranking, sets.split(','));
}

function rankingTable(ranking: Ranking, sets: readonly string[]): string {
  const rows = ranking.rows.map((row) => [
    row.kind === 'method' ? `**${row.method}**` : row.method,
    ...sets.map((set) => {
      const score = row.scores[set]?.pcc;
      return score === undefined
        ? withoutNumber(row)
        : `${fixed(score.value)}${score.ci ? ` [${score.ci.map((end) => fixed(end)).join(', ')}]` : ''}`;
    }),
  ]);
  const commits = [...new Set(ranking.rows.flatMap((r) => r.provenance.commits))].map(shortCommit);
  const { dataset, split, features } = ranking.hashes;
  const hashes = `Data ${short(dataset)}, split ${short(split)}, features ${short(features)}, commit ${commits.join(', ')}.`;
  return `${lines(['', ...sets], rows)}\n\n(${hashes})`;
}

function gapTable(board: Board, dataset: string, regime: string): string {
  const methods = board.rankings.flatMap((r) => r.rows.filter((row) => row.kind === 'method').map((row) => row.method));
  const shown = board.gaps.filter(
    (g) =>
      g.dataset === dataset &&
      g.regime === regime &&
      g.set === 'HVG-50' &&
      [...methods, ...GAP_CONTROLS].includes(g.method),
  );
  if (shown.length === 0) throw new Error(`results/leaderboard.json has no gap of ${dataset}, ${regime}`);
  return lines(
    ['PCC on HVG-50', 'patient-out', 'slide-out', 'gap'],
    shown.map((g) => [g.method, fixed(g.patientOut), fixed(g.slideOut), fixed(g.gap)]),
  );
}

function lines(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The published board, or undefined before the first `spotbench publish`. */
export function publishedBoard(root: string): Board | undefined {
  const path = join(root, 'results', 'leaderboard.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Board) : undefined;
}

if (process.argv[1] === import.meta.filename) {
  const { root } = findWorkspace();
  const board = publishedBoard(root);
  if (!board) throw new Error('results/leaderboard.json is missing; run `npx spotbench publish` first');
  for (const page of PAGES) {
    const path = join(root, page);
    await writeFileAtomic(path, await withPublishedTables(path, readFileSync(path, 'utf8'), board));
  }
}
