import type { BoardRow, Ranking } from '../../report/board-schema.ts';
import { fixed } from '../format.ts';
import { Html, html } from '../html.ts';
import { scrolling } from '../page-shell.ts';
import { pagePaths, rankingSlug } from '../site-names.ts';

/** Metrics of which less is better. */
const ERRORS = ['mse', 'mae'];

/** Methods x gene sets and metrics. The colour is the place within the column: the best is darkest, equal values look alike. */
export function heatTable(ranking: Ranking): Html {
  const { rows, dataset, protocol, regime } = ranking;
  const scored = rows.filter((row) => Object.keys(row.scores).length > 0);
  const metrics = [...new Set(scored.flatMap((row) => Object.values(row.scores).flatMap((s) => Object.keys(s))))];
  const columns = metrics.flatMap((metric) => ranking.sets.map((set) => ({ metric, set })));
  if (scored.length === 0) return html`<p>No method has all its cells yet.</p>`;
  const shades = columns.map(({ metric, set }) => shadesOf(scored, set, metric));
  const table = html`<table>
    <caption>
      Colour: place within the column, darkest is best. MSE and MAE: lower is better.
    </caption>
    <thead>
      <tr>
        <td></td>
        ${metrics.map((metric) => html`<th scope="colgroup" colspan="${ranking.sets.length}">${metric}</th>`)}
      </tr>
      <tr>
        <th scope="col">Method</th>
        ${columns.map(({ set }) => html`<th scope="col" class="number">${set}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${scored.map(
        (row, r) =>
          html`<tr class="${row.kind}">
            <th scope="row">
              <a href="../${pagePaths.method(row.method)}#${rankingSlug(ranking)}">${row.method}</a
              >${row.kind === 'control' && html`<span class="tag">control</span>`}
            </th>
            ${columns.map(({ set, metric }, c) => html`<td class="heat" ${style(shades[c][r])}>${fixed(row.scores[set]?.[metric]?.value)}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
  return scrolling(`All metrics of ${dataset}, ${protocol}, ${regime}`, table);
}

/** 0 for the worst value of the column, 1 for the best; undefined where there is none. */
function shadesOf(rows: readonly BoardRow[], set: string, metric: string): (number | undefined)[] {
  const sign = ERRORS.includes(metric) ? -1 : 1;
  const values = rows.map((row) => {
    const value = row.scores[set]?.[metric]?.value;
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
