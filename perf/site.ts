import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRandom, monotonicMs } from '@spotbench/core';
import { workspaceAt, type Board, type Plan, type SectionPrediction, type Workspace } from '@spotbench/bench';
import { chromium, type Browser } from 'playwright-core';
import type { Cell } from '../packages/bench/src/plan/cell-id.ts';
import { boardCsv } from '../packages/bench/src/report/board-csv.ts';
import { buildBoard } from '../packages/bench/src/report/build-board.ts';
import { rankingCells } from '../packages/bench/src/report/ranking-cells.ts';
import { readFinished } from '../packages/bench/src/report/read-runs.ts';
import type { CellState } from '../packages/bench/src/results/cell-state.ts';
import type { SiteCell, SiteDataset, SiteInput } from '../packages/bench/src/site/site-input.ts';
import { writeSite } from '../packages/bench/src/site/write-site.ts';
import { geneNames, madeUpPlan, setsOf, stateOf, writeRun } from './made-up/runs.ts';

/** Debian's; CHROMIUM names another. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SPOTS = 400;
const EPOCHS = 50;
/** Pages are opened so often, each time in a browser context of its own. */
const REPEATS = 5;

/**
 * The web report of 20 methods (8 of them controls) x 5 data sets x 3 seeds from made-up records: time to write it, bytes of its
 * pages (budget 3 MB without maps and without the tables that are offered as files), and, in headless Chromium, the time from
 * navigation until a page has done what a key asked for (budget 1 s; the slowest of all). The time to write it includes
 * `madeUpS`, which making up predictions takes. KEEP_SITE names a folder to keep it in.
 * Run: npm run perf -- site [methods] [data sets] [seeds] [patients] [genes]
 */
async function main(): Promise<void> {
  const defaults = [20, 5, 3, 8, 1000];
  const [methods, datasets, seeds, patients, genes] = defaults.map((value, i) => Number(process.argv[i + 2] ?? value));
  const workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-perf-site-')));
  try {
    const plan = madeUpPlan(methods, datasets, seeds, patients);
    const input = await madeUpInput(workspace, plan, geneNames(genes));
    const folder = process.env.KEEP_SITE ?? join(workspace.root, 'site');
    const start = monotonicMs();
    const before = process.cpuUsage();
    madeUpMs = 0;
    const files = await writeSite(input, folder);
    const madeUpBy = madeUpMs;
    const writeS = (monotonicMs() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    const bytes = (of: (name: string) => boolean): number =>
      files.reduce((sum, file) => sum + (of(relative(folder, file)) ? statSync(file).size : 0), 0);
    const isMap = (name: string): boolean => name.startsWith('maps/');
    const pages = bytes((name) => !isMap(name) && !(name in input.downloads));
    const common = {
      peer: null,
      ratio: null,
      node: process.version,
    };
    const what = `web report of ${methods} methods x ${datasets} data sets x ${seeds} seeds (${patients} patients, ${genes} genes)`;
    print({
      name: `${what}: size without maps`,
      ours: megabytes(pages),
      unit: 'MB',
      ...common,
      noPeer: 'a budget of 3 MB',
      indexMb: megabytes(bytes((name) => name === 'index.html')),
      methodsMb: megabytes(bytes((name) => name.startsWith('methods/'))),
      datasetsMb: megabytes(bytes((name) => name.startsWith('datasets/'))),
      mapsMb: megabytes(bytes(isMap)),
      offeredTablesMb: megabytes(bytes((name) => name in input.downloads)),
      files: files.length,
      writeS: Number(writeS.toPrecision(3)),
      madeUpS: Number((madeUpBy / 1000).toPrecision(3)),
      processorSeconds: Number(((user + system) / 1e6).toPrecision(3)),
    });
    await measurePages(folder, `${what}: interactive`, common, [
      'index.html',
      `datasets/${plan.datasets[0].id}.html`,
      `methods/${plan.methods[plan.methods.length - 1].name}.html`,
      `maps/${plan.datasets[0].id}.html`,
    ]);
  } finally {
    rmSync(workspace.root, { recursive: true, force: true });
  }
}

async function measurePages(folder: string, name: string, common: object, pages: readonly string[]): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    print({ name, ours: null, ...common, noPeer: `no chromium at ${CHROMIUM}; CHROMIUM names another` });
    return;
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const medians: Record<string, number> = {};
    let slowest = 0;
    for (const page of pages) {
      const times: number[] = [];
      for (let i = 0; i < REPEATS; i++)
        times.push(await interactiveMs(browser, pathToFileURL(join(folder, page)).href));
      medians[page] = Math.round(times.sort((a, b) => a - b)[REPEATS >> 1]);
      slowest = Math.max(slowest, ...times);
    }
    const version = browser.version();
    print({
      name,
      ours: Math.round(slowest),
      unit: 'ms',
      ...common,
      noPeer: 'a budget of 1 s',
      medians,
      chromium: version,
    });
  } finally {
    await browser.close();
  }
}

/**
 * Milliseconds from the start of navigation until a key has done its work and the outcome is painted: the first sortable table is
 * sorted, the first picker of maps has drawn another method; on a page with neither, until it is loaded and painted.
 */
async function interactiveMs(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    const button = page.locator('button.sort').first();
    const picker = page.locator('#pick-method');
    if ((await button.count()) > 0) {
      await button.press('Enter');
      await page.locator('th[aria-sort]').waitFor();
    } else if ((await picker.count()) > 0) {
      await page.waitForFunction("document.querySelectorAll('[data-panel=predicted] circle').length > 0");
      await picker.press('ArrowDown');
    }
    return await page.evaluate<number>(
      'new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))))',
    );
  } finally {
    await context.close();
  }
}

async function madeUpInput(workspace: Workspace, plan: Plan, genes: readonly string[]): Promise<SiteInput> {
  const states = new Map<string, CellState>();
  for (const cell of plan.cells) {
    await writeRun(workspace, cell, genes.length);
    states.set(cell.id, await stateOf(workspace, cell));
  }
  const read = (state: Extract<CellState, { kind: 'ok' }>) => readFinished(workspace, state);
  const board: Board = await buildBoard(workspace, plan, { states: [...states.values()], read });
  const siteCell = (cell: Cell): SiteCell => {
    const state = states.get(cell.id) as Extract<CellState, { kind: 'ok' }>;
    return {
      cell,
      record: state.record,
      scores: () => read(state),
      curve: () => Promise.resolve(cell.method.startsWith('method') ? madeUpCurve(cell) : undefined),
      predictions: () => Promise.resolve([madeUpPrediction(cell, genes.slice(0, 100))]),
    };
  };
  return {
    mode: 'published',
    board,
    cells: Object.fromEntries(rankingCells(plan).map(({ label, all }) => [label, all.map(siteCell)])),
    datasets: plan.datasets.map(({ id, entry }) => madeUpDataset(id, entry, genes)),
    units: {},
    downloads: { 'leaderboard.csv': boardCsv(board) },
  };
}

function madeUpDataset(id: string, entry: Plan['datasets'][number]['entry'], genes: readonly string[]): SiteDataset {
  const side = Math.ceil(Math.sqrt(SPOTS));
  const spots = {
    ids: spotNames(),
    pixelX: Float32Array.from({ length: SPOTS }, (_, i) => 100 * (i % side)),
    pixelY: Float32Array.from({ length: SPOTS }, (_, i) => 100 * Math.floor(i / side)),
  };
  const { title, organ, technology, licence, citation } = entry;
  return {
    ...{ id, title, organ, technology, licence, citation },
    markers: { genes: setsOf(genes).marker, source: 'made up' },
    spots: () => Promise.resolve(spots),
    truth: (_, section, wanted) => Promise.resolve(normals(SPOTS * wanted.length, id, section, 'truth')),
    thumbnail: () => Promise.resolve(undefined),
  };
}

function madeUpPrediction(cell: Cell, genes: readonly string[]): SectionPrediction {
  const values = normals(SPOTS * genes.length, cell.id);
  return { section: `S${cell.fold}`, patient: `P${cell.fold}`, spotIds: spotNames(), genes, values };
}

function madeUpCurve({ id }: Cell): string {
  const noise = normals(EPOCHS, id, 'curve');
  const lines = Array.from(noise, (v, e) => `${e + 1},${5 / (e + 1) + 0.05 * v}`);
  return ['epoch,loss', ...lines].join('\n');
}

/** Time spent on making up values so far, ms. */
let madeUpMs = 0;

function normals(length: number, ...names: readonly string[]): Float32Array {
  const start = monotonicMs();
  const random = createRandom(1, ...names);
  const values = Float32Array.from({ length }, () => random.normal());
  madeUpMs += monotonicMs() - start;
  return values;
}

function spotNames(): string[] {
  return Array.from({ length: SPOTS }, (_, i) => `s${i}`);
}

function megabytes(bytes: number): number {
  return Number((bytes / 1e6).toPrecision(3));
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await main();
