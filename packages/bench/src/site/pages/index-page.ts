import type { Ranking } from '../../report/board-schema.ts';
import { counted } from '../format.ts';
import { Html, html } from '../html.ts';
import type { Page } from '../page-shell.ts';
import { pagePaths, rankingSlug } from '../site-names.ts';
import type { SiteInput } from '../site-input.ts';
import { leaderboardTable } from './leaderboard-table.ts';

/** The first page: every ranking, what was not run, and the tables as files. */
export function indexPage({ board, downloads, mode }: SiteInput): Page {
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
      ${downloadList(downloads)}`,
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

function downloadList(downloads: SiteInput['downloads']): Html | false {
  const names = Object.keys(downloads).sort();
  if (names.length === 0) return false;
  return html`<h2 id="files">These tables as files</h2>
    <ul>
      ${names.map((name) => html`<li><a href="${name}" download>${name}</a></li>`)}
    </ul>`;
}
