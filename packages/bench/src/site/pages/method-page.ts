import type { BoardRow, Ranking } from '../../report/board-schema.ts';
import { withoutNumber } from '../../report/board-text.ts';
import { counted, duration, fixed } from '../../report/format.ts';
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import type { MethodResults } from '../numbers/method-results.ts';
import { command, figure, kindTag, type Page } from '../page-shell.ts';
import { boxPlot } from '../plots/box-plot.ts';
import { decilesPlot, geneMeansPlot } from '../plots/calibration-plot.ts';
import { lossPlot } from '../plots/loss-plot.ts';
import { rankedGenesPlot } from '../plots/ranked-genes.ts';
import { renderPlot } from '../plots/render-plot.ts';
import { pagePaths, rankingSlug, slug } from '../site-names.ts';
import { nameOf } from './index-page.ts';

/** A method in one ranking: its row, what its page shows, and the data set's markers. */
export interface MethodInRanking {
  readonly ranking: Ranking;
  readonly row: BoardRow;
  /** Undefined where none of its cells has scores. */
  readonly results: MethodResults | undefined;
  readonly markers: readonly string[];
}

/** The page of a method or control: where it stands, and for every ranking its plots, time and memory. */
export async function methodPage(method: string, rankings: readonly MethodInRanking[]): Promise<Page> {
  const { title, kind, version, paper } = (rankings.find((r) => r.row.version !== '') ?? rankings[0]).row;
  const sections: Html[] = [];
  for (const ranking of rankings) sections.push(await rankingSection(ranking));
  return {
    path: pagePaths.method(method),
    title: method,
    body: html`<h1>${method} ${kindTag(kind)}</h1>
      <p>${title !== method && `${title}. `}${version !== '' && `Version ${version}. `}${paper}</p>
      ${sections}`,
  };
}

const MADE_ELSEWHERE = html`<p class="small">
  Submitted: predictions were made elsewhere and scored here. How long that took is not known.
</p>`;

async function rankingSection({ ranking, row, results, markers }: MethodInRanking): Promise<Html> {
  const id = rankingSlug(ranking);
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${nameOf(ranking)}</h2>
    <p>${standing(ranking, row)}</p>
    <p>${command(row.provenance.command)}</p>
    ${row.failures.length > 0 && html`<p>${row.failures.length} of ${row.cells.total} cells have no scores: ${row.failures[0].kind}: <code>${row.failures[0].cell}</code>: ${row.failures[0].reason}</p>`}
    ${
      results &&
      html`<div class="plots">${await plots(`${slug(row.method)}-${id}`, results, markers)}</div>
        ${geneTable(results, markers)} ${row.kind === 'submitted' ? MADE_ELSEWHERE : costTable(results, row.method)}
        <p class="small">
          <a
            href="../${pagePaths.maps(ranking.dataset)}#${new URLSearchParams({ ranking: id, method: row.method }).toString()}"
            >Its spatial maps</a
          >
        </p>`
    }
  </section> `;
}

function standing(ranking: Ranking, row: BoardRow): string {
  const scores = ranking.sets.map((set) => {
    const number = row.scores[set]?.pcc;
    if (!number) return undefined;
    const ci = number.ci ? ` [${fixed(number.ci[0])}, ${fixed(number.ci[1])}]` : '';
    return `${set} ${number.value === null ? 'undefined' : fixed(number.value)}${ci}`;
  });
  const known = scores.filter((s) => s !== undefined);
  if (known.length === 0) return `No number: ${withoutNumber(row)}.`;
  const rank = row.rank === null ? '' : `Rank ${row.rank}${rankRange(row)}. `;
  return `${rank}PCC: ${known.join(', ')}. ${row.cells.ok} of ${counted(row.cells.total, 'cell')}.`;
}

function rankRange({ rankInterval }: BoardRow): string {
  return rankInterval === null || rankInterval[0] === rankInterval[1]
    ? ''
    : ` (${rankInterval[0]} to ${rankInterval[1]})`;
}

async function plots(id: string, results: MethodResults, markers: readonly string[]): Promise<Html[]> {
  const { set, byPatient, genes, calibration, curves } = results;
  const drawn: Html[] = [];
  if (byPatient.length > 0)
    drawn.push(figure(await renderPlot(boxPlot(`box-${id}`, set, byPatient)), `PCC of ${set} genes by test patient.`));
  if (genes.length > 0)
    drawn.push(
      figure(
        await renderPlot(rankedGenesPlot(`genes-${id}`, genes, markers)),
        `PCC of all ${genes.length} genes, best first; dots are marker genes.`,
      ),
    );
  if (calibration)
    drawn.push(
      figure(
        await renderPlot(geneMeansPlot(`means-${id}`, set, calibration)),
        `Mean level of each ${set} gene. On the dashed line prediction and measurement agree.`,
      ),
    );
  if (calibration && calibration.deciles.length > 0)
    drawn.push(
      figure(
        await renderPlot(decilesPlot(`tenths-${id}`, calibration)),
        `Tenths of the spots by prediction, ${set} genes. Steeper than the dashed line: predicted differences are too small.`,
      ),
    );
  if (curves.length > 0)
    drawn.push(
      figure(
        await renderPlot(lossPlot(`loss-${id}`, curves)),
        `Training loss, first seed, ${counted(curves.length, 'fold')}.`,
      ),
    );
  return drawn;
}

function geneTable({ genes }: MethodResults, markers: readonly string[]): Html | string {
  if (genes.length === 0) return '';
  const list = (some: readonly { gene: string; pcc: number }[]): string =>
    some.map(({ gene, pcc }) => `${gene} ${fixed(pcc)}`).join(', ');
  const marked = genes.filter(({ gene }) => markers.includes(gene));
  return html`<p class="small">
    Best genes: ${list(genes.slice(0, 5))}. Worst:
    ${list(genes.slice(-5))}.${marked.length > 0 && ` Markers: ${list(marked)}.`}
  </p>`;
}

function costTable({ costs, calibration }: MethodResults, method: string): Html {
  const { cells, fitMs, predictMs, peakMemoryMb, params, engines } = costs;
  return html`<table>
      <caption>
        Time and memory of ${method}, ${counted(cells, 'cell')} on ${engines.join(', ')}
      </caption>
      <thead>
        <tr>
          <th scope="col"></th>
          <th scope="col" class="number">fit</th>
          <th scope="col" class="number">predict</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">median cell</th>
          <td class="number">${duration(fitMs.median)}</td>
          <td class="number">${duration(predictMs.median)}</td>
        </tr>
        <tr>
          <th scope="row">all cells</th>
          <td class="number">${duration(fitMs.total)}</td>
          <td class="number">${duration(predictMs.total)}</td>
        </tr>
      </tbody>
    </table>
    <p class="small">
      Peak memory ${Math.round(peakMemoryMb)}
      MB.${params !== null && ` ${params.toLocaleString('en')} trained parameters.`}${!calibration && ' No calibration: predictions or measurements are not at hand.'}
    </p>`;
}
