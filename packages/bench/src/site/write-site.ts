import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROW_KINDS, type BoardRow, type Ranking } from '../report/board-schema.ts';
import { collectMaps, type RankingMaps } from './maps/collect-maps.ts';
import { mapData, mapKey } from './maps/map-data.ts';
import { frameOf, tissuePlace, type Frame } from './maps/map-section.ts';
import { methodResults, type OnPredictions } from './numbers/method-results.ts';
import { truthColumns, type TruthColumns } from './numbers/truth-columns.ts';
import { renderPage, type Page, type Shell } from './page-shell.ts';
import { datasetPage } from './pages/dataset-page.ts';
import { howToReadPage } from './pages/how-to-read.ts';
import { indexPage } from './pages/index-page.ts';
import { mapsPage } from './pages/maps-page.ts';
import { methodPage, type MethodInRanking } from './pages/method-page.ts';
import { pagePaths, rankingSlug, slug } from './site-names.ts';
import type { SiteCell, SiteDataset, SiteInput } from './site-input.ts';

type Files = Map<string, string | Uint8Array>;

/**
 * Writes the web report into `folder`, in place of what was there: pages, map data and, in a local report, small pictures of the
 * tissue. The same input gives the same bytes: no page says when it was made.
 * @returns absolute paths of the files, sorted.
 */
export async function writeSite(input: SiteInput, folder: string): Promise<string[]> {
  const files: Files = new Map(Object.entries(input.downloads));
  const shell = shellOf(input);
  const add = (page: Page): Files => files.set(page.path, renderPage(shell, page));
  add(indexPage(input));
  add(howToReadPage());
  const methods = new Map<string, MethodInRanking[]>();
  for (const dataset of input.datasets) {
    add(await datasetPage(input, dataset));
    const maps = await rankingsOf(input, dataset, methods);
    add(await addMaps(input, dataset, maps, files));
  }
  for (const [method, rankings] of methods) add(await methodPage(method, rankings));
  return writeFiles(files, folder);
}

function shellOf({ board, datasets, mode }: SiteInput): Shell {
  return {
    mode,
    datasets: datasets.map((d) => d.id),
    synthetic: board.rankings.some((r) => r.synthetic) ? board.notice : undefined,
  };
}

/** Goes through the rankings of a data set, method by method: adds to the methods' pages and returns what maps show. */
async function rankingsOf(
  input: SiteInput,
  dataset: SiteDataset,
  methods: Map<string, MethodInRanking[]>,
): Promise<RankingMaps[]> {
  const truth = truthColumns(dataset);
  const mapped: RankingMaps[] = [];
  for (const ranking of input.board.rankings.filter((r) => r.dataset === dataset.id)) {
    const maps: RankingMaps = { ranking, sections: new Map() };
    mapped.push(maps);
    for (const row of ranking.rows) {
      const cells = cellsOf(input, ranking, row);
      const results =
        cells.length > 0 ? await methodResults(ranking, cells, truth, onPredictions(maps, dataset, truth)) : undefined;
      const entry = { ranking, row, results, markers: dataset.markers?.genes ?? [] };
      methods.set(row.method, [...(methods.get(row.method) ?? []), entry]);
    }
  }
  return mapped;
}

function onPredictions(maps: RankingMaps, dataset: SiteDataset, truth: TruthColumns): OnPredictions {
  return collectMaps(maps, dataset, truth);
}

/** The cells of a row by fold and seed: sums do not depend on the order they are handed in. */
function cellsOf({ cells }: SiteInput, { dataset, protocol, regime }: Ranking, { method }: BoardRow): SiteCell[] {
  const ofRanking = (cells as Partial<SiteInput['cells']>)[[dataset, protocol, regime].join('--')] ?? [];
  return ofRanking
    .filter(({ cell }) => cell.method === method)
    .sort((a, b) => a.cell.fold - b.cell.fold || a.cell.seed - b.cell.seed);
}

/** Adds the map data of a data set to the files and makes its page. */
async function addMaps(
  input: SiteInput,
  dataset: SiteDataset,
  maps: readonly RankingMaps[],
  files: Files,
): Promise<Page> {
  const frames = new Map<string, Frame>();
  let hasTissue = false;
  for (const section of new Set(maps.flatMap((m) => [...m.sections.keys()]))) {
    const spots = await dataset.spots(section);
    if (spots === undefined) continue;
    const frame = frameOf(spots);
    frames.set(section, frame);
    const thumbnail = input.mode === 'local' ? await dataset.thumbnail(section) : undefined;
    hasTissue ||= thumbnail !== undefined;
    if (thumbnail) files.set(pagePaths.thumbnail(dataset.id, section), thumbnail.jpeg);
    const tissue = thumbnail && {
      href: pagePaths.thumbnail(dataset.id, section).replace(/^maps\//, ''),
      ...tissuePlace(frame, thumbnail),
    };
    for (const { ranking, sections } of maps) {
      const mapped = sections.get(section);
      if (!mapped) continue;
      const order = methodsFirst(ranking);
      const key = mapKey(rankingSlug(ranking), slug(section));
      const unit = input.units[ranking.protocol] ?? 'as predicted';
      files.set(pagePaths.mapData(rankingSlug(ranking), section), mapData(key, mapped, frame, unit, order, tissue));
    }
  }
  return mapsPage(input, dataset, maps, { frames, hasTissue, methodsFirst });
}

/** Names in the order of the pickers: methods, then submitted predictions, then controls, each best first. */
function methodsFirst({ rows }: Ranking): string[] {
  return ROW_KINDS.flatMap((kind) => rows.filter((row) => row.kind === kind)).map((row) => row.method);
}

/** Writes everything to a folder beside it, then puts it in place: a page that is no longer made does not stay behind. */
async function writeFiles(files: Files, folder: string): Promise<string[]> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  for (const [name, content] of files) {
    await mkdir(dirname(join(fresh, name)), { recursive: true });
    await writeFile(join(fresh, name), content);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  return [...files.keys()].map((name) => join(folder, name)).sort();
}
