import { similarities } from '@spotbench/core';
import { SIMILARITY_WORDS } from '../similarity/similarity-words.ts';
import { withoutNumber } from './board-text.ts';
import { capital, fixed, short, shortCommit } from './format.ts';
import { rankedSet } from './ranked-set.ts';
import type { Board, BoardRow, Ranking } from './board-schema.ts';

/** leaderboard.md: the same tables for people. */
export function boardMarkdown(board: Board): string {
  const parts = ['# SpotBench leaderboard', '', `> ${board.notice}`, '', HOW_TO_READ, ''];
  for (const ranking of board.rankings) parts.push(...rankingSection(ranking), '');
  if (board.gaps.some(isTelling)) parts.push(...gapSection(board), '');
  if (board.notRun.length > 0) {
    parts.push('## Not run', '');
    for (const { dataset, protocol, reason } of board.notRun)
      parts.push(`- ${dataset}${protocol === null ? '' : `, ${protocol}`}: ${reason}`);
    parts.push('');
  }
  return `${parts
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

const HOW_TO_READ =
  'PCC: Pearson correlation per gene within a section, averaged over the genes of the set, the sections of a patient, then patients. ' +
  'Brackets: 95 % interval, hierarchical bootstrap over patients, sections and genes. A constant prediction counts as 0; genes whose truth is constant are left out; both are counted. ' +
  'Scaled: 0 at the training mean, 1 at the oracle, never used to rank. ' +
  'Controls are never ranked, and without all of them nobody is. ' +
  '▽ below position-only; ↓ below ridge; ~ not told apart from ridge.';

const MARK: Record<BoardRow['marks'][number], string> = {
  'below-position-only': '▽',
  'below-ridge': '↓',
  'not-told-apart-from-ridge': '~',
};

function rankingSection(ranking: Ranking): string[] {
  const { sections, patients, spots, hashes } = ranking;
  const synthetic = ranking.synthetic ? ' (SYNTHETIC)' : '';
  return [
    `## ${ranking.dataset}${synthetic}: ${ranking.protocol}, ${ranking.regime}`,
    '',
    `${ranking.datasetTitle}. ${ranking.protocolTitle} (${ranking.tier}). ${sections.used} of ${sections.defined} sections, ${patients.length} patients (${patients.join(', ')}), ${spots} spots. ${ranking.protocolNote}`,
    '',
    ...table(
      [
        'Rank',
        'Method',
        ...ranking.sets.map((set) => `${set} PCC`),
        `${rankedSet(ranking.sets)} scaled`,
        'Undefined (prediction / truth constant)',
        'Cells',
      ],
      ranking.rows.map((row) => [
        rankText(row),
        nameText(row),
        ...ranking.sets.map((set) => scoreText(row, set)),
        fixed(row.scaled[rankedSet(ranking.sets)]?.value ?? null),
        undefinedText(row),
        `${row.cells.ok}/${row.cells.total}`,
      ]),
    ),
    '',
    ranking.controls.note === null
      ? `Ranked by ${ranking.rankedBy}. ${ranking.statistics}.`
      : `**${capital(ranking.statistics)}.**`,
    '',
    ...averageRanks(ranking),
    ...paperTable(ranking),
    `${legend(ranking.rows)}.`,
    '',
    ...ranking.rows.flatMap((row) => failureLines(row)),
    '',
    '<details><summary>Where these rows come from</summary>',
    '',
    `Data ${short(hashes.dataset)}, split ${short(hashes.split)}, protocol ${short(hashes.protocol)}, features ${short(hashes.features)}.`,
    '',
    ...table(
      ['Method', 'Version', 'Code', 'Configuration', 'Commit', 'Seeds', 'Chosen by', 'Command'],
      ranking.rows.map(({ method, version, provenance: p }) => [
        method,
        version,
        short(p.codeHash),
        short(p.configHash),
        p.commits.map(shortCommit).join(' ') || 'none',
        p.seeds.join(', '),
        p.selectedBy.join('; '),
        `\`${p.command}\``,
      ]),
    ),
    '',
    '</details>',
    '',
    ...similarityTable(ranking),
  ];
}

/** The same scores averaged as the paper's code does, where the protocol says how. */
function paperTable({ rows, sets }: Ranking): string[] {
  const shown = rows.flatMap(({ method, paperAverage }) => (paperAverage ? [{ method, paperAverage }] : []));
  if (shown.length === 0) return [];
  const { averaging, undefinedPolicy } = shown[0].paperAverage;
  return [
    `As the paper's code averages them (PCC, ${averaging}; ${undefinedPolicy}):`,
    '',
    ...table(
      ['Method', ...sets],
      shown.map(({ method, paperAverage }) => [method, ...sets.map((set) => fixed(paperAverage.values[set] ?? null))]),
    ),
    '',
  ];
}

/** Agreement of whole sections, of rows that have it; sections without a value are said. */
function similarityTable({ rows }: Ranking): string[] {
  const shown = rows.filter((row) => Object.keys(row.similarities).length > 0);
  if (shown.length === 0) return [];
  return [
    '<details><summary>Measured and predicted sections as a whole (never ranked by)</summary>',
    '',
    'Beyond single genes; 1 is perfect.',
    '',
    ...similarities.map(({ name }) => `- ${SIMILARITY_WORDS[name].short}: ${SIMILARITY_WORDS[name].asks}`),
    '',
    ...table(
      ['Method', ...similarities.map(({ name }) => SIMILARITY_WORDS[name].short)],
      shown.map((row) => [row.method, ...similarities.map(({ name }) => similarityText(row.similarities[name]))]),
    ),
    '',
    '</details>',
  ];
}

function similarityText({ value, reason, nSections }: BoardRow['similarities'][string]): string {
  return value === null ? `n/a: ${reason?.replaceAll('_', ' ')}` : `${fixed(value)} (${nSections} sections)`;
}

/** A gap between two zeros (constant predictions) says nothing. */
function isTelling({ patientOut, slideOut, gap }: Board['gaps'][number]): boolean {
  return gap !== null && (patientOut !== 0 || slideOut !== 0);
}

function gapSection({ gaps }: Board): string[] {
  return [
    '## Leakage gap',
    '',
    'What sections of the test patient in training are worth, and what more training sections are: slide-out minus patient-out, PCC.',
    '',
    ...table(
      ['Data set', 'Method', 'Set', 'patient-out', 'slide-out', 'gap'],
      gaps
        .filter(isTelling)
        .map((g) => [g.dataset, g.method, g.set, fixed(g.patientOut), fixed(g.slideOut), fixed(g.gap)]),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function rankText({ rank, rankInterval, kind }: BoardRow): string {
  if (rank === null) return kind === 'method' ? '-' : kind;
  return rankInterval && rankInterval[0] !== rankInterval[1]
    ? `${rank} (${rankInterval[0]} to ${rankInterval[1]})`
    : String(rank);
}

function nameText({ method, kind, marks }: BoardRow): string {
  return [kind === 'method' ? `**${method}**` : method, ...marks.map((mark) => MARK[mark])].join(' ');
}

function averageRanks({ criticalDifference: found }: Ranking): string[] {
  if (!found || found.nMethods < 2) return [];
  const ranks = found.averageRanks.map(({ name, rank }) => `${name} ${rank.toFixed(2)}`).join(', ');
  const verdict =
    found.cd === null
      ? `No critical difference: ${found.reason}`
      : `Critical difference ${found.cd.toFixed(2)} (Nemenyi, Friedman p ${found.friedman!.p.toPrecision(2)})`;
  return [`Average ranks over ${found.nPatients} patients: ${ranks}. ${verdict}.`, ''];
}

/** What each row is, for under the table. */
function legend(rows: readonly BoardRow[]): string {
  const named = rows.filter(({ method, title }) => title !== method);
  return named.map(({ method, title }) => `${method}: ${title}`).join('; ');
}

function scoreText(row: BoardRow, set: string): string {
  const number = row.scores[set]?.pcc;
  if (!number) return withoutNumber(row);
  if (number.value === null) return 'undefined';
  return number.ci ? `${fixed(number.value)} [${fixed(number.ci[0])}, ${fixed(number.ci[1])}]` : fixed(number.value);
}

/** Over all predicted genes, summed over sections and seeds. */
function undefinedText(row: BoardRow): string {
  const number = (row.scores.all ?? Object.values(row.scores)[0])?.pcc;
  return number ? `${number.nUndefined.constant_pred} / ${number.nUndefined.constant_truth}` : '-';
}

function failureLines({ method, failures, cells }: BoardRow): string[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, 5).map((f) => `  - ${f.kind}: \`${f.cell}\`: ${f.reason}`);
  const more = failures.length > 5 ? [`  - and ${failures.length - 5} more`] : [];
  return [`- ${method}: ${failures.length} of ${cells.total} cells have no scores`, ...shown, ...more];
}
