import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@spotbench/core';
import { findWorkspace, type Board } from '@spotbench/bench';

/**
 * Puts the tables of results/local/leaderboard.json between the markers of README.md:
 * after `bench:all` on real her2st, `npx tsx scripts/readme-tables.ts`.
 */
const workspace = findWorkspace();
const board = JSON.parse(readFileSync(join(workspace.localResults, 'leaderboard.json'), 'utf8')) as Board;
const ranking = board.rankings.find((r) => r.dataset === 'her2st' && r.protocol === 'patient-out');
if (!ranking) throw new Error('run bench:all on her2st first: the local leaderboard has no her2st, patient-out');

const fixed = (value: number | null): string => (value === null ? '' : value.toFixed(3).replace(/^-0\.000$/, '0.000'));
const lines = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const sets = ['marker', 'HEG-50', 'HVG-50'];
const main = lines(
  ['', ...sets],
  ranking.rows.map((row) => [
    row.kind === 'method' ? `**${row.method}**` : row.method,
    ...sets.map((set) => {
      const { value, ci } = row.scores[set].pcc;
      return `${fixed(value)} [${fixed(ci?.[0] ?? null)}, ${fixed(ci?.[1] ?? null)}]`;
    }),
  ]),
);
const cues = ['ridge', 'nearest-neighbours', 'position-only'];
const ranked = ranking.rows.filter((row) => row.kind === 'method').map((row) => row.method);
const shown = board.gaps.filter((g) => g.set === 'HVG-50' && [...ranked, ...cues].includes(g.method));
const gap = lines(
  ['PCC on HVG-50', 'patient-out', 'slide-out', 'gap'],
  shown.map((g) => [g.method, fixed(g.patientOut), fixed(g.slideOut), fixed(g.gap)]),
);
const commits = [...new Set(ranking.rows.flatMap((r) => r.provenance.commits))].map((c) => c.slice(0, 10)).join(', ');
const source = `(\`SPOTBENCH_DATA=... npx nx run bench:all\`; data ${ranking.hashes.dataset?.slice(0, 12)}, split ${ranking.hashes.split?.slice(0, 12)}, commit ${commits}.)`;

const path = join(workspace.root, 'README.md');
let text = readFileSync(path, 'utf8');
for (const [name, table] of [
  ['patient-out', `${main}\n\n${source}`],
  ['gap', gap],
]) {
  text = text.replace(
    new RegExp(`<!-- table:${name} -->[\\s\\S]*?<!-- /table -->`),
    `<!-- table:${name} -->\n\n${table}\n\n<!-- /table -->`,
  );
}
await writeFileAtomic(path, text);
