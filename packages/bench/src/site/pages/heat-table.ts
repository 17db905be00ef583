import { similarities } from '@spotbench/core';
import type { BoardRow, Ranking } from '../../report/board-schema.ts';
import { fixed } from '../../report/format.ts';
import { SIMILARITY_WORDS } from '../../similarity/similarity-words.ts';
import { Html, html } from '../html.ts';
import { kindTag, scrolling } from '../page-shell.ts';
import { pagePaths, rankingSlug } from '../site-names.ts';

const WHOLE_SECTION = 'whole section';
/** Metrics as they are written. */
const WRITTEN: Readonly<Record<string, string>> = {
  pcc: 'PCC',
  'scaled pcc': 'scaled PCC',
  spearman: 'Spearman',
  r2: 'R²',
  mse: 'MSE',
  mae: 'MAE',
};
/** Metrics of which less is better. */
const ERRORS = ['mse', 'mae'];

interface Column {
  readonly group: string;
  readonly name: string;
  readonly valueOf: (row: BoardRow) => number | null | undefined;
}

/** What stands side by side: as many columns as a sheet of paper holds. */
const TABLES = [
  {
    name: 'Correlation',
    groups: ['pcc', 'scaled pcc', 'spearman'],
    note: 'Scaled: 0 is training-mean, 1 the oracle.',
  },
  { name: 'Level and error', groups: ['r2', 'mse', 'mae'], note: 'MSE and MAE: lower is better.' },
  {
    name: 'Whole sections',
    groups: [WHOLE_SECTION],
    note: 'Measured and predicted sections beyond single genes, 1 is perfect; never ranked by. "How to read" says what each column asks.',
  },
];

/** Methods x gene sets and metrics. The colour is the place within the column: the best is darkest, equal values look alike. */
export function heatTables(ranking: Ranking): Html {
  const scored = ranking.rows.filter((row) => Object.keys(row.scores).length > 0);
  if (scored.length === 0) return html`<p>No method has all its cells yet.</p>`;
  const columns = columnsOf(ranking, scored);
  const named = TABLES.flatMap((t) => t.groups);
  const tables = [
    ...TABLES.map(({ groups, ...table }) => ({ ...table, columns: columns.filter((c) => groups.includes(c.group)) })),
    { name: 'Other', note: '', columns: columns.filter((c) => !named.includes(c.group)) },
  ].filter((t) => t.columns.length > 0);
  const { dataset, protocol, regime } = ranking;
  return html`${tables.map((t) =>
    scrolling(
      `${t.name}, ${dataset}, ${protocol}, ${regime}`,
      `${t.name}. Colour: place within the column, darkest is best. ${t.note}`,
      heatTable(rankingSlug(ranking), scored, t.columns),
    ),
  )}`;
}

function heatTable(slug: string, rows: readonly BoardRow[], columns: readonly Column[]): Html {
  const groups = [...new Set(columns.map((c) => c.group))];
  const shades = columns.map((column) => shadesOf(rows, column));
  const startsGroup = (c: number): string => (c > 0 && columns[c].group === columns[c - 1].group ? '' : 'group');
  return html`<table class="heat">
    <thead>
      <tr>
        <td></td>
        ${groups.map((group) => html`<th scope="colgroup" class="group" colspan="${columns.filter((c) => c.group === group).length}">${WRITTEN[group] ?? group}</th>`)}
      </tr>
      <tr>
        <th scope="col">Method</th>
        ${columns.map(({ name }, c) => html`<th scope="col" class="number ${startsGroup(c)}">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row, r) =>
          html`<tr class="${row.kind}">
            <th scope="row">
              <a href="../${pagePaths.method(row.method)}#${slug}">${row.method}</a>${kindTag(row.kind)}
            </th>
            ${columns.map((column, c) => html`<td class="heat" ${style(shades[c][r])}>${fixed(column.valueOf(row))}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

function columnsOf({ sets }: Ranking, rows: readonly BoardRow[]): Column[] {
  const metrics = [...new Set(rows.flatMap((row) => Object.values(row.scores).flatMap((s) => Object.keys(s))))];
  return [
    ...metrics.flatMap((metric) =>
      sets.map((set): Column => ({ group: metric, name: set, valueOf: (row) => row.scores[set]?.[metric]?.value })),
    ),
    ...sets.map((set): Column => ({ group: 'scaled pcc', name: set, valueOf: (row) => row.scaled[set]?.value })),
    ...similarities.map(({ name }): Column => ({
      group: WHOLE_SECTION,
      name: SIMILARITY_WORDS[name].short,
      valueOf: (row) => (row.similarities as Partial<BoardRow['similarities']>)[name]?.value,
    })),
  ].filter((column) => rows.some((row) => typeof column.valueOf(row) === 'number'));
}

/** 0 for the worst value of the column, 1 for the best; undefined where there is none. */
function shadesOf(rows: readonly BoardRow[], { group, valueOf }: Column): (number | undefined)[] {
  const sign = ERRORS.includes(group) ? -1 : 1;
  const values = rows.map((row) => {
    const value = valueOf(row);
    return value === null || value === undefined ? undefined : sign * value;
  });
  const distinct = [...new Set(values.filter((v) => v !== undefined))].sort((a, b) => a - b);
  return values.map((v) => (v === undefined ? undefined : distinct.indexOf(v) / Math.max(1, distinct.length - 1)));
}

/** White to a blue that black text is readable on (contrast above 7). */
function style(shade: number | undefined): Html | string {
  if (shade === undefined) return '';
  const mix = (to: number): number => Math.round(255 + (to - 255) * shade);
  return new Html(` style="background:rgb(${mix(125)},${mix(178)},${mix(226)})"`);
}
