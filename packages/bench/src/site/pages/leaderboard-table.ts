import type { BoardRow, Ranking } from '../../report/board-schema.ts';
import { withoutNumber } from '../../report/board-text.ts';
import { fixed, short, shortCommit } from '../../report/format.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { command, kindTag, scrolling } from '../page-shell.ts';
import { pagePaths, rankingSlug } from '../site-names.ts';
import { rankedSet } from '../../report/ranked-set.ts';

/** The table of one ranking: every column sorts, by mouse or keyboard; rows come in the board's order. `up` leads to the root. */
export function leaderboardTable(ranking: Ranking, up: string): Html {
  const { sets, rows, dataset, protocol, regime } = ranking;
  const heads = [
    sortable('Rank', 'number', 'ascending'),
    sortable('Method', '', 'ascending'),
    ...sets.map((set) => sortable(set, 'number', 'descending')),
    sortable('Tie group', 'number', 'ascending'),
    sortable('Undefined', 'number', 'descending'),
    sortable('Seed SD', 'number', 'descending'),
    sortable('Cells', 'number', 'descending'),
  ];
  const caption =
    `Under each gene set: PCC with its 95 % interval; ranked by ${ranking.rankedBy}. Controls and submitted predictions are marked and never ranked. ` +
    `≈ ridge: not told apart from ridge. Undefined: genes x sections x seeds with a constant prediction / a constant truth. ` +
    `Seed SD: of the ranking PCC.`;
  return html`${scrolling(
    `Leaderboard of ${dataset}, ${protocol}, ${regime}`,
    caption,
    html`<table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => tableRow(ranking, row, up))}
      </tbody>
    </table>`,
  )}
  ${failures(rows)} ${provenance(ranking)}`;
}

function sortable(text: string, kind: string, first: 'ascending' | 'descending'): Html {
  return html`<th scope="col" class="${kind}" data-first="${first}">
    <button type="button" class="sort">${text}</button>
  </th>`;
}

function tableRow(ranking: Ranking, row: BoardRow, up: string): Html {
  const set = rankedSet(ranking.sets);
  const number = row.scores[set]?.pcc ?? Object.values(row.scores)[0]?.pcc;
  const all = (row.scores.all ?? Object.values(row.scores)[0])?.pcc;
  const counts = all && [all.nUndefined.constant_pred, all.nUndefined.constant_truth];
  return html`<tr class="${row.kind}">
    <td class="number" data-value="${row.rank}">${rankText(row)}</td>
    <th scope="row">
      <a href="${up}${pagePaths.method(row.method)}#${rankingSlug(ranking)}">${row.method}</a
      >${kindTag(row.kind)}${row.marks.map(markTag)}
    </th>
    ${ranking.sets.map((set) => score(row, set))}
    <td class="number" data-value="${row.tieGroup}">${row.tieGroup ?? '-'}</td>
    <td class="number" data-value="${counts?.[0]}">${counts ? `${counts[0]} / ${counts[1]}` : '-'}</td>
    <td class="number" data-value="${number?.seedSd}">${fixed(number?.seedSd)}</td>
    <td class="number" data-value="${row.cells.ok}">${row.cells.ok}/${row.cells.total}</td>
  </tr> `;
}

/** `below ridge`, `≈ ridge`. */
function markTag(mark: BoardRow['marks'][number]): Html {
  const [, kind, control] = /^(below|not-told-apart-from)-(.*)$/.exec(mark)!;
  return kind === 'below'
    ? html`<span class="tag below">below ${control}</span>`
    : html`<span class="tag" title="not told apart from ${control}">≈ ${control}</span>`;
}

function rankText({ rank, rankInterval, kind }: BoardRow): Html {
  if (rank === null) return html`${kind === 'method' ? '-' : ''}`;
  const between =
    rankInterval && rankInterval[0] !== rankInterval[1]
      ? html` <span class="interval">(${rankInterval[0]} to ${rankInterval[1]})</span>`
      : '';
  return html`${rank}${between}`;
}

function score(row: BoardRow, set: string): Html {
  const number = row.scores[set]?.pcc;
  if (!number) return html`<td class="number" data-value=""><span class="tag fail">${withoutNumber(row)}</span></td>`;
  if (number.value === null) return html`<td class="number" data-value="">undefined</td>`;
  const interval = number.ci && html` <span class="interval">[${fixed(number.ci[0])}, ${fixed(number.ci[1])}]</span>`;
  return html`<td class="number" data-value="${number.value}">${fixed(number.value)}${interval}</td>`;
}

/** Failed and unrun cells with their reasons, five of a method and how many more. */
function failures(rows: readonly BoardRow[]): Html {
  const incomplete = rows.filter((row) => row.failures.length > 0);
  if (incomplete.length === 0) return html``;
  const item = ({ method, failures: failed, cells }: BoardRow): Html =>
    html`<li>
      ${method}: ${failed.length} of ${cells.total} cells have no scores
      <ul>
        ${failed.slice(0, 5).map((f) => html`<li>${f.kind}: <code>${f.cell}</code>: ${f.reason}</li>`)}${failed.length > 5 && html`<li>and ${failed.length - 5} more</li>`}
      </ul>
    </li>`;
  return html`<details>
    <summary>${incomplete.length} of ${rows.length} rows have no number: why</summary>
    <ul>
      ${incomplete.map(item)}
    </ul>
  </details>`;
}

function provenance({ rows, hashes, dataset, protocol, regime }: Ranking): Html {
  const origin = `Data ${short(hashes.dataset)}, split ${short(hashes.split)}, protocol ${short(hashes.protocol)}, features ${short(hashes.features)}.`;
  const table = html`<table>
    <thead>
      <tr>
        <th scope="col">Method</th>
        <th scope="col">Command</th>
        <th scope="col">Version</th>
        <th scope="col">Code</th>
        <th scope="col">Configuration</th>
        <th scope="col">Commit</th>
        <th scope="col">Seeds</th>
        <th scope="col">Chosen by</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ method, version, provenance: p }) =>
          html`<tr>
            <th scope="row">${method}</th>
            <td>${command(p.command)}</td>
            <td>${version}</td>
            <td><code>${short(p.codeHash)}</code></td>
            <td><code>${short(p.configHash)}</code></td>
            <td><code>${p.commits.map(shortCommit).join(' ') || 'none'}</code></td>
            <td>${p.seeds.join(', ')}</td>
            <td>${p.selectedBy.join('; ')}</td>
          </tr> `,
      )}
    </tbody>
  </table>`;
  return html`<details>
    <summary>Exact command and origin of every row</summary>
    ${scrolling(`Origin of ${dataset}, ${protocol}, ${regime}`, origin, table)}
  </details>`;
}
