import { scheme } from 'vega';
import { fixed } from '../../report/format.ts';
import { Html, html } from '../html.ts';
import type { MappedSection, RankingMaps } from '../maps/collect-maps.ts';
import { mapKey } from '../maps/map-data.ts';
import type { Frame } from '../maps/map-section.ts';
import type { QuantisedColumn } from '../maps/quantise.ts';
import { figure, type Page } from '../page-shell.ts';
import { mapPlot } from '../plots/map-plot.ts';
import { renderPlot } from '../plots/render-plot.ts';
import { pagePaths, rankingSlug, slug } from '../site-names.ts';
import type { SiteDataset, SiteInput } from '../site-input.ts';
import { nameOf } from './index-page.ts';

/** Steps of the colour scale. */
const STEPS = 64;

/** What lies under the maps of a data set, and in which order methods are offered. */
export interface MapGround {
  /** By section. */
  readonly frames: ReadonlyMap<string, Frame>;
  readonly hasTissue: boolean;
  readonly methodsFirst: (ranking: RankingMaps['ranking']) => string[];
}

/** Measured beside predicted expression of marker genes, with pickers; the first pair is there without a script. */
export async function mapsPage(
  { mode }: Pick<SiteInput, 'mode'>,
  dataset: SiteDataset,
  maps: readonly RankingMaps[],
  { frames, hasTissue, methodsFirst }: MapGround,
): Promise<Page> {
  const shown = maps
    .map((m) => ({ ...m, list: sectionsOf(m).filter((s) => frames.has(s.section)) }))
    .filter((m) => m.list.length > 0);
  const page = { path: pagePaths.maps(dataset.id), title: `Maps of ${dataset.id}` };
  const head = html`<h1>${dataset.title}: measured and predicted maps</h1>
    <p><a href="../${pagePaths.dataset(dataset.id)}">All numbers of ${dataset.id}</a></p>`;
  if (shown.length === 0)
    return {
      ...page,
      body: html`${head}
        <p>No map: the predictions or the data are not on this machine.</p>`,
    };
  const index = {
    colours: colourSteps(),
    rankings: shown.map(({ ranking, list }) => ({
      slug: rankingSlug(ranking),
      name: nameOf(ranking),
      sections: list.map((s) => ({
        key: mapKey(rankingSlug(ranking), slug(s.section)),
        name: `${s.section} (patient ${s.patient})`,
      })),
    })),
  };
  const ground = hasTissue
    ? 'The ground is the H&E image of the section.'
    : mode === 'published'
      ? 'Published without tissue images, so that no data set is redistributed.'
      : 'The H&E images are not on this machine.';
  const genes = dataset.markers ? 'Marker genes' : 'Most variable genes (no marker list is published for this tissue)';
  return {
    ...page,
    script: 'maps.js',
    body: html`${head}
      <p>
        ${genes} of each section, predicted by models that were not trained on that section; of the controls,
        library-size and oracle are told something of what was measured in it. ${ground} Colours: viridis, dark low,
        bright high.
      </p>
      <div class="without-script">
        ${await staticMaps(methodsFirst(shown[0].ranking), shown[0].list[0], frames.get(shown[0].list[0].section)!)}
      </div>
      <div data-maps class="needs-script">
        <script type="application/json">
          ${new Html(JSON.stringify(index).replaceAll('<', '\\u003c'))}
        </script>
        ${pickers(hasTissue)}
        <p data-state aria-live="polite"></p>
        <div class="maps">${livePanel('measured', 'Measured')}${livePanel('predicted', 'Predicted')}</div>
      </div>`,
  };
}

function pickers(hasTissue: boolean): Html {
  const labelled = (name: string, label: string, control: Html): Html =>
    html`<div><label for="pick-${name}">${label}</label>${control}</div>`;
  const select = (name: string, label: string, options: Html | string = ''): Html =>
    labelled(
      name,
      label,
      html`<select id="pick-${name}" data-pick="${name}">
        ${options}
      </select>`,
    );
  const scales = html`<option value="shared">measured range, for both</option>
    <option value="own">each map its own range</option>`;
  const opacity = html`<input
    id="pick-opacity"
    type="range"
    data-pick="opacity"
    min="0"
    max="100"
    step="10"
    value="90"
  />`;
  return html`<div class="pickers needs-script">
    ${select('ranking', 'Ranking')}${select('section', 'Section')}${select('gene', 'Gene')}${select('method', 'Method')}
    ${select('scale', 'Colour scale', scales)} ${hasTissue && labelled('opacity', 'Spots over tissue', opacity)}
  </div>`;
}

function livePanel(name: string, title: string): Html {
  return html`<figure data-panel="${name}" data-title="${title}">
    <figcaption><strong>${title}</strong></figcaption>
    <svg role="img" aria-label="${title} expression map" viewBox="0 0 1000 1000"></svg>
    <div class="bar">
      <span></span
      ><i
        style="background:linear-gradient(to right,${colourSteps()
          .filter((_, i) => i % 9 === 0)
          .join(',')})"
      ></i
      ><span></span>
    </div>
    <p class="small" data-note></p>
  </figure>`;
}

/** Sections by patient, then name. */
function sectionsOf({ sections }: RankingMaps): MappedSection[] {
  const key = (s: MappedSection): string => `${s.patient}\0${s.section}`;
  return [...sections.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function staticMaps(order: readonly string[], section: MappedSection, frame: Frame): Promise<Html> {
  const method = order.find((m) => section.methods.has(m)) ?? [...section.methods.keys()][0];
  const predicted = section.methods.get(method)!;
  const [gene] = section.genes;
  const domain = section.measured[0].range;
  const draw = async (id: string, title: string, column: QuantisedColumn): Promise<Html> => {
    const plot = mapPlot(id, {
      title,
      description: `Spots coloured by value, ${fixed(domain[0])} to ${fixed(domain[1])}.`,
      frame,
      x: frame.x,
      y: frame.y,
      values: valuesOf(column),
      domain,
    });
    return figure(await renderPlot(plot), title);
  };
  return html`<div class="plots">
      ${await draw('map-measured', `${gene} in ${section.section}, measured`, section.measured[0])}${await draw('map-predicted', `${gene} in ${section.section}, predicted by ${method}, PCC ${fixed(predicted.pcc[0])}`, predicted.values[0])}
    </div>
    <p class="small">
      Both in the scale of the measured values. Other genes, sections and methods can be picked where scripts are on.
    </p>`;
}

function valuesOf({ bytes, range: [low, high] }: QuantisedColumn): number[] {
  return Array.from(Buffer.from(bytes, 'base64'), (q) => low + (q / 255) * (high - low));
}

/** Viridis in steps, as the plotting library has it. */
function colourSteps(): string[] {
  const viridis = scheme('viridis') as unknown as (place: number) => string;
  return Array.from({ length: STEPS }, (_, i) => hex(viridis(i / (STEPS - 1))));
}

function hex(colour: string): string {
  const parts = /rgb\((\d+), ?(\d+), ?(\d+)\)/.exec(colour);
  return parts === null
    ? colour
    : `#${parts
        .slice(1)
        .map((n) => Number(n).toString(16).padStart(2, '0'))
        .join('')}`;
}
