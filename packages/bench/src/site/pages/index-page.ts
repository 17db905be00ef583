import type { Ranking } from '../../report/board-schema.ts';
import { counted } from '../../report/format.ts';
import { html, type Html } from '../html.ts';
import { scrolling, type Page } from '../page-shell.ts';
import { pagePaths, rankingSlug } from '../site-names.ts';
import type { ReportedFigure, SiteInput } from '../site-input.ts';
import { leaderboardTable } from './leaderboard-table.ts';

/** The first page: every ranking, what was not run, and the tables as files. */
export function indexPage({ board, downloads, mode, reported = [] }: SiteInput): Page {
  const { rankings, notRun } = board;
  return {
    path: pagePaths.index,
    title: 'Leaderboard',
    body: html`<h1>Which methods predict spatial gene expression from H&amp;E histology?</h1>
      <p>
        ${mode === 'local' ? 'What was run on this machine. ' : ''}Every method on the same patient-disjoint splits and
        gene panels, between controls that show what a score is worth.
        <a href="${pagePaths.howToRead}">How to read these tables</a>.
      </p>
      ${rankings.every((r) => !r.synthetic) && html`<p class="notice">${board.notice}</p>`}
      ${rankings.length === 0 && html`<p>No cell has been run yet: <code>npx nx run bench:all</code>.</p>`}
      <nav aria-label="Rankings">
        <ul>
          ${rankings.map((r) => html`<li><a href="#${rankingSlug(r)}">${nameOf(r)}</a></li>`)}
        </ul>
      </nav>
      ${rankings.map(section)}
      ${
        notRun.length > 0 &&
        html`<h2 id="not-run">Not run</h2>
          <ul>
            ${notRun.map(({ dataset, protocol, reason }) => html`<li>${dataset}${protocol !== null && `, ${protocol}`}: ${reason}</li>`)}
          </ul>`
      }
      ${reportedSection(reported)} ${downloadList(downloads)}`,
  };
}

function section(ranking: Ranking): Html {
  const { dataset, datasetTitle, protocolTitle, protocolNote, tier, sections, patients, spots } = ranking;
  return html`<section aria-labelledby="${rankingSlug(ranking)}">
    <h2 id="${rankingSlug(ranking)}">
      ${nameOf(ranking)}${ranking.synthetic && html` <span class="tag fail">SYNTHETIC</span>`}
    </h2>
    <p>
      ${datasetTitle}. ${protocolTitle} (${tier}). ${sections.used} of ${counted(sections.defined, 'section')},
      ${counted(patients.length, 'patient')} (${patients.join(', ')}), ${spots} spots. ${protocolNote}
    </p>
    ${leaderboardTable(ranking, '')}
    <p class="small">
      ${ranking.statistics}. Plots and other metrics:
      <a href="${pagePaths.dataset(dataset)}#${rankingSlug(ranking)}">${dataset}</a>;
      <a href="${pagePaths.maps(dataset)}">spatial maps</a>.
    </p>
  </section> `;
}

/** `her2st: patient-out, frozen`. */
export function nameOf({ dataset, protocol, regime }: Ranking): string {
  return `${dataset}: ${protocol}, ${regime}`;
}

function reportedSection(figures: readonly ReportedFigure[]): Html | false {
  if (figures.length === 0) return false;
  const caption =
    'What publications say, as they say it. Data, splits, gene sets, units and averaging differ from the tables above and among each other: ' +
    'none of these numbers can be compared with a number above. "Not found": no table with a source.';
  const rows = figures.map(
    ({ method, dataset, set, pcc, note, protocol, from, source }) =>
      html`<tr>
        <th scope="row">${method}</th>
        <td>${dataset}</td>
        <td>${set}</td>
        <td class="number">${pcc ?? 'not found'}</td>
        <td>${protocol}${note !== undefined && `; ${note}`}</td>
        <td>${from}</td>
        <td>${source}</td>
      </tr> `,
  );
  return html`<section aria-labelledby="reported">
    <h2 id="reported">Reported in papers (not run here, never ranked)</h2>
    ${scrolling(
      'Figures reported in papers',
      caption,
      html`<table>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Data set</th>
            <th scope="col">Genes</th>
            <th scope="col" class="number">PCC</th>
            <th scope="col">Protocol</th>
            <th scope="col">From</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}
  </section>`;
}

function downloadList(downloads: SiteInput['downloads']): Html | false {
  const names = Object.keys(downloads).sort();
  if (names.length === 0) return false;
  return html`<h2 id="files">These tables as files</h2>
    <ul>
      ${names.map((name) => html`<li><a href="${name}" download>${name}</a></li>`)}
    </ul>`;
}
