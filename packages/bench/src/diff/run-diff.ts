import { findWorkspace } from '../workspace/workspace.ts';
import { diffBoards, type Change, type RankingDiff, type ResultsDiff } from './diff-boards.ts';
import { loadResults } from './load-results.ts';

/** Prints how two result sets differ. */
export function runDiff(a: string, b: string, json: boolean): void {
  const { root } = findWorkspace();
  const diff = diffBoards(loadResults(root, a), loadResults(root, b));
  process.stdout.write(json ? `${JSON.stringify({ a, b, ...diff })}\n` : describeDiff(diff));
}

/** Numbers shown of one ranking to a person; --json has all. */
const SHOWN = 30;

/** A comparison for people. */
export function describeDiff({ addedRankings, removedRankings, changed, unchanged }: ResultsDiff): string {
  const lines = [
    ...addedRankings.map((name) => `+ ${name}`),
    ...removedRankings.map((name) => `- ${name}`),
    ...changed.flatMap(rankingLines),
    `${changed.length} rankings changed, ${unchanged} unchanged, ${addedRankings.length} added, ${removedRankings.length} removed`,
  ];
  return `${lines.join('\n')}\n`;
}

function rankingLines(diff: RankingDiff): string[] {
  const { ranking, comparable, addedRows, removedRows, hashes, ranks, numbers } = diff;
  const question = hashes.filter(({ what }) => !what.includes(':') && what !== 'features').map(({ what }) => what);
  const more = numbers.length > SHOWN ? [`  and ${numbers.length - SHOWN} more numbers; --json lists all`] : [];
  return [
    `${ranking}: ${numbers.length} numbers changed`,
    ...(comparable
      ? []
      : [`  NOT COMPARABLE: another ${question.join(', ')}; old and new numbers answer other questions`]),
    ...addedRows.map((method) => `  + ${method}`),
    ...removedRows.map((method) => `  - ${method}`),
    ...hashes.map(({ what, from, to }) => `  ${what}: ${shortList(from)} -> ${shortList(to)}`),
    ...ranks.map(({ method, ...rank }) => `  rank of ${method}: ${text(rank)}`),
    ...numbers.slice(0, SHOWN).map(({ address, by, ...number }) => {
      const change = by === null ? '' : ` (${by > 0 ? '+' : ''}${Number(by.toPrecision(4))})`;
      return `  ${address}: ${text(number)}${change}`;
    }),
    ...more,
    '',
  ];
}

function text({ from, to }: Change<number | null>): string {
  return `${from ?? 'none'} -> ${to ?? 'none'}`;
}

/** Hashes and commits by their first digits, one or several. */
function shortList(hashes: string | null): string {
  if (hashes === null || hashes === '') return 'none';
  return hashes
    .split(' ')
    .map((hash) => hash.slice(0, 12))
    .join(' ');
}
