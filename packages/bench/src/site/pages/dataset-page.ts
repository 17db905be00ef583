import type { Board, Ranking } from '../../report/board-schema.ts';
import { capital, counted, fixed } from '../../report/format.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import { figure, scrolling, type Page } from '../page-shell.ts';
import { rankedSet } from '../../report/ranked-set.ts';
import { criticalDifferencePlot } from '../plots/critical-difference-plot.ts';
import { gapPlot } from '../plots/gap-plot.ts';
import { intervalPlot } from '../plots/interval-plot.ts';
import { renderPlot } from '../plots/render-plot.ts';
import { pagePaths, rankingSlug } from '../site-names.ts';
import type { SiteDataset, SiteInput } from '../site-input.ts';
import { heatTables } from './heat-table.ts';
import { nameOf } from './index-page.ts';

/** A data set: what it is, all metrics of every ranking, intervals, and the leakage gap. */
export async function datasetPage({ board }: SiteInput, dataset: SiteDataset): Promise<Page> {
  const rankings = board.rankings.filter((r) => r.dataset === dataset.id);
  const sections: Html[] = [];
  for (const ranking of rankings) sections.push(await rankingSection(ranking));
  return {
    path: pagePaths.dataset(dataset.id),
    title: dataset.id,
    body: html`<h1>${dataset.title}</h1>
      <p>${capital(dataset.organ)}, ${dataset.technology}. Licence: ${dataset.licence}. ${dataset.citation}</p>
      ${dataset.markers && html`<p class="small">Marker genes: ${dataset.markers.genes.join(', ')}. ${dataset.markers.source}.</p>`}
      <p><a href="../${pagePaths.maps(dataset.id)}">Measured and predicted maps of marker genes</a></p>
      ${sections} ${await gapSection(board, dataset.id, rankings)}`,
  };
}

async function rankingSection(ranking: Ranking): Promise<Html> {
  const slug = rankingSlug(ranking);
  const set = rankedSet(ranking.sets);
  const intervals = intervalPlot(`interval-${slug}`, ranking, set);
  const ranks = criticalDifferencePlot(`ranks-${slug}`, ranking);
  const oracle = ranking.rows.find((r) => r.method === 'oracle')?.scores[set]?.pcc?.value;
  return html`<section aria-labelledby="${slug}">
    <h2 id="${slug}">${nameOf(ranking)}</h2>
    <p>${ranking.protocolTitle} (${ranking.tier}). ${ranking.protocolNote}</p>
    ${heatTables(ranking)}
    <div class="plots">
      ${intervals && figure(await renderPlot(intervals), `PCC on ${set}, 95 % intervals. Not drawn: oracle, ${fixed(oracle)}. ${ranking.statistics}.`)}${ranks && figure(await renderPlot(ranks), differenceText(ranking, set))}
    </div>
    ${pairTable(ranking)}
  </section> `;
}

/** What the critical-difference diagram rests on, and what it cannot say. */
function differenceText({ criticalDifference }: Ranking, set: string): string {
  const { nPatients, nMethods, alpha, friedman, cd, reason } = criticalDifference!;
  const test = friedman === null ? '' : ` Friedman p ${friedman.p.toPrecision(2)}.`;
  const width = cd === null ? '' : ` Nemenyi critical difference at ${alpha}: ${cd.toFixed(2)} (dashed).`;
  return (
    `Critical-difference diagram of ${counted(nMethods, 'method')} by PCC on ${set}, ${counted(nPatients, 'patient')}. ` +
    `A dark bar joins methods that are not told apart.${test}${width}${reason === null ? '' : ` ${reason}.`}`
  );
}

/** All pairs of methods with intervals and corrected p. */
function pairTable({ pairs, dataset, protocol, regime }: Ranking): Html | string {
  if (pairs.length === 0) return '';
  const rows = pairs.map(
    ({ a, b, difference, ci, p, pHolm, significant }) =>
      html`<tr>
        <th scope="row">${a} - ${b}</th>
        <td class="number">${fixed(difference)}</td>
        <td class="number">${ci ? `${fixed(ci[0])}, ${fixed(ci[1])}` : '-'}</td>
        <td class="number">${p.toPrecision(2)}</td>
        <td class="number">${pHolm.toPrecision(2)}</td>
        <td>${significant ? 'yes' : 'no'}</td>
      </tr> `,
  );
  return html`<details>
    <summary>${counted(pairs.length, 'paired difference')}</summary>
    ${scrolling(
      `Paired differences of ${dataset}, ${protocol}, ${regime}`,
      "Difference of PCC on the ranking set; 95 % interval of each difference alone; exact Wilcoxon signed-rank p over patients, and after Holm's correction.",
      html`<table>
        <thead>
          <tr>
            <th scope="col">Pair</th>
            <th scope="col" class="number">difference</th>
            <th scope="col" class="number">interval</th>
            <th scope="col" class="number">p</th>
            <th scope="col" class="number">p, Holm</th>
            <th scope="col">significant</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}
  </details>`;
}

async function gapSection(board: Board, dataset: string, rankings: readonly Ranking[]): Promise<Html | string> {
  const set = rankings.length > 0 ? rankedSet(rankings[0].sets) : '';
  const gaps = board.gaps.filter((g) => g.dataset === dataset && g.set === set && g.gap !== null);
  const regimes = [...new Set(gaps.map((g) => g.regime))];
  if (regimes.length === 0) return '';
  const parts: Html[] = [];
  for (const regime of regimes) {
    const own = gaps.filter((g) => g.regime === regime && (g.patientOut !== 0 || g.slideOut !== 0));
    if (own.length === 0) continue;
    const plot = await renderPlot(gapPlot(`gap-${dataset}-${regime}`, own));
    parts.push(
      html`<h3>${regime}</h3>
        <div class="plots">
          ${figure(plot, `PCC on ${set} when patients are left out and when single sections are. The line between them is what other sections of the same patient in training are worth, and what more training sections are.`)}
          <table>
            <caption>
              ${set}, ${regime}
            </caption>
            <thead>
              <tr>
                <th scope="col">Method</th>
                <th scope="col" class="number">patient-out</th>
                <th scope="col" class="number">slide-out</th>
                <th scope="col" class="number">gap</th>
              </tr>
            </thead>
            <tbody>
              ${own.map(
                (g) =>
                  html`<tr>
                    <th scope="row">${g.method}</th>
                    <td class="number">${fixed(g.patientOut)}</td>
                    <td class="number">${fixed(g.slideOut)}</td>
                    <td class="number">${fixed(g.gap)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`,
    );
  }
  return html`<section aria-labelledby="gap">
    <h2 id="gap">Leakage gap</h2>
    ${parts}
  </section>`;
}
