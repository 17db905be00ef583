/** Plugins that cheat: one searches all it is handed for the answer, one answers easy questions only, one leaves spots out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openData } from '../data/data-artefact.ts';
import { findCell } from '../plan/find-cell.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import { addMethod, removeWorkspace, tinyWorkspace, type TinyOptions } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { runCell } from './run-cell.ts';
import { truthOf } from './truth.ts';

const open: Workspace[] = [];
afterEach(() => {
  for (const workspace of open.splice(0)) removeWorkspace(workspace);
});

const idOf = (method: string): string => `tiny--patient-out--frozen--${method}--fold0--seed0`;

async function workspaceWith(name: string, body: string, options?: TinyOptions): Promise<Workspace> {
  const workspace = await tinyWorkspace(options);
  open.push(workspace);
  addMethod(workspace, name, body, 'method');
  return workspace;
}

/**
 * Collects every number within reach: own and inherited properties, getters, maps and sets, what functions that read give, files
 * below any path among the strings, and the environment.
 */
const SEARCH = `
  const { readdirSync, readFileSync, statSync } = await import('node:fs');
  const { join, isAbsolute } = await import('node:path');
  const found = (globalThis.spotbenchFound = []);
  const seen = new Set();
  const keep = (path, numbers) => found.push([path, Float64Array.from(numbers)]);
  const readFiles = (path, where) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(path)) readFiles(join(path, name), where + ' ' + name);
    if (!stat?.isFile()) return;
    const bytes = readFileSync(path);
    const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3));
    keep(where, new Float32Array(whole));
    keep(where, new Uint32Array(whole));
    keep(where, bytes.toString('latin1').match(/[0-9.]+/g)?.map(Number) ?? []);
  };
  const walk = (value, path) => {
    if (typeof value === 'string') {
      if (isAbsolute(value)) readFiles(value, path + ' files');
      else keep(path, value.match(/[0-9.]+/g)?.map(Number) ?? []);
    }
    if (typeof value === 'number') keep(path, [value]);
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      keep(path, value);
      return;
    }
    if (value instanceof Map || value instanceof Set) for (const each of value) walk(each, path + ' entries');
    for (let owner = value; owner !== null && owner !== Object.prototype && owner !== Function.prototype; owner = Object.getPrototypeOf(owner)) {
      for (const key of Reflect.ownKeys(owner)) {
        try { walk(value[key], path + '.' + String(key)); } catch {}
      }
    }
  };
  const read = async (slide, where) => walk(await slide.patches.read(Array.from(slide.spots.ids.keys())), where + '.patches.read()');
  const environment = () => walk(Object.entries(process.env).filter(([name]) => /SPOTBENCH/i.test(name)), 'environment');
  walk({ data, context }, 'fit');
  environment();
  const G = data.genes.length;
  return { selectedBy: 'search', parameterCount: 0, async predict(...handed) {
    const [slide] = handed;
    walk(handed, 'predict ' + slide.id);
    walk(this, 'predict ' + slide.id + ' this');
    await read(slide, 'predict ' + slide.id);
    environment();
    return new Float32Array(slide.spots.ids.length * G);
  } };`;

const GENE = 6;
const GENES = 60;
/** Counts of one gene that stand nowhere else: a number for each section and spot. */
const needle = (section: string, spot: number): number =>
  100_003 + 1_009 * spot + 50_021 * ['A1', 'A2', 'B1', 'C1'].indexOf(section);
const plantNeedles = (section: string, values: Float32Array): void => {
  for (let spot = 0; spot < values.length / GENES; spot++) values[spot * GENES + GENE] = needle(section, spot);
};

describe('a plugin that searches all it is handed', () => {
  /** Where the search came upon a section's counts or target values of the planted gene. */
  async function foundOf(workspace: Workspace, section: string): Promise<string[]> {
    const truth = await truthOf(workspace, await openData(workspace, 'tiny'), idOf('cheat'), section);
    const target = new Set<number>();
    for (let k = GENE; k < truth.length; k += GENES) target.add(truth[k]);
    for (let spot = 0; spot < 30; spot++) target.add(needle(section, spot));
    const found = (globalThis as unknown as { spotbenchFound: [string, Float64Array][] }).spotbenchFound;
    // One equal number may be chance; a truth is many.
    const hits = (values: Float64Array): number => new Set(values.filter((value) => target.has(value))).size;
    return found.filter(([, values]) => hits(values) > 2).map(([path]) => path);
  }

  it('finds the training expression, and nothing of the test sections', async () => {
    const workspace = await workspaceWith('cheat', SEARCH, { changeCounts: plantNeedles });
    const record = await runCell(workspace, findCell(workspace, idOf('cheat')));
    expect(record).toMatchObject({ status: 'ok', reason: null });
    // The search can find: it comes upon what may be learnt from, in the fit and nowhere else.
    for (const section of ['B1', 'C1']) {
      const paths = await foundOf(workspace, section);
      expect(paths.length, section).toBeGreaterThan(0);
      expect(paths.every((path) => /^fit\.data\.(train|validation)\.\d\.expression/.test(path))).toBe(true);
    }
    for (const section of ['A1', 'A2']) expect(await foundOf(workspace, section), section).toEqual([]);
  });

  it('would find it in a file below a path that it is given', async () => {
    const workspace = await workspaceWith('cheat', SEARCH, { changeCounts: plantNeedles });
    process.env.SPOTBENCH_LEAK = join(workspace.store, 'data', 'tiny', 'sections', 'A1');
    try {
      await runCell(workspace, findCell(workspace, idOf('cheat')));
      expect(await foundOf(workspace, 'A1')).not.toEqual([]);
    } finally {
      delete process.env.SPOTBENCH_LEAK;
    }
  });
});

const predictions = (value: string): string => `
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict({ spots, features }) {
    const N = spots.ids.length;
    const cue = (k) => features.values[2 * Math.floor(k / G)];
    return ${value}; } };`;
const ALL = predictions('Float32Array.from({ length: N * G }, (_, k) => cue(k))');
// Counts follow the cue most in every seventh gene, GENE06 the first of them; see tiny-workspace.ts.
const EASY = predictions(
  'Float32Array.from({ length: N * G }, (_, k) => Number(data.genes[k % G].slice(4)) % 7 === 6 ? cue(k) : 0)',
);

describe('a plugin that answers easy genes only', () => {
  interface Summary {
    readonly sets: Record<string, { pcc: { value: number; nGenes: number; nUndefined: Record<string, number> } }>;
  }

  async function summaryOf(body: string): Promise<{ pcc: Summary['sets'][string]['pcc']; easy: number }> {
    const workspace = await workspaceWith('cheat', body);
    expect(await runCell(workspace, findCell(workspace, idOf('cheat')))).toMatchObject({ status: 'ok' });
    const file = (name: string): string => readFileSync(join(runFolder(workspace, idOf('cheat')), name), 'utf8');
    const scores = file('scores.csv')
      .split('\n')
      .slice(1)
      .filter(Boolean)
      .map((line) => line.split(','));
    const easy = scores.filter(([, , , gene]) => Number(gene.slice(4)) % 7 === 6).map((row) => Number(row[5]));
    return {
      pcc: (JSON.parse(file('summary.json')) as Summary).sets.all.pcc,
      easy: easy.reduce((sum, r) => sum + r, 0) / easy.length,
    };
  }

  it('gains nothing: genes without an answer count as 0, over the same number of genes', async () => {
    const [all, easy] = [await summaryOf(ALL), await summaryOf(EASY)];
    expect(easy.easy).toBeCloseTo(all.easy, 10);
    expect(easy.pcc.nGenes).toBe(all.pcc.nGenes);
    expect(easy.pcc.nUndefined.constant_pred).toBeGreaterThan(90);
    // Were the rest left out, it would score what it scores on easy genes; it scores their share of it.
    expect(easy.easy).toBeGreaterThan(0.4);
    expect(easy.pcc.value).toBeCloseTo((easy.easy * 8) / GENES, 6);
    // What is left to it is to be no worse on hard genes than no answer: never more than a gene's own share.
    expect(easy.pcc.value).toBeLessThan(easy.easy / 5);
  });

  it('is refused when it returns those genes alone', async () => {
    const workspace = await workspaceWith('cheat', predictions('new Float32Array(N * 8)'));
    const record = await runCell(workspace, findCell(workspace, idOf('cheat')));
    expect(record).toMatchObject({ status: 'failed', testEvaluations: 0 });
    expect(record.reason).toMatch(/needed a Float32Array of 30 spots x 60 genes = 1800 numbers, got 240/);
  });
});

describe('a plugin that leaves spots out', () => {
  it.each([
    ['short', 'new Float32Array((N - 3) * G)', /got 1620/],
    ['not a number', 'new Float32Array(N * G).fill(NaN, (N - 3) * G)', /spot 27x0, gene GENE\d\d is NaN/],
    ['infinite', 'new Float32Array(N * G).fill(Infinity, 0, 1)', /spot 0x0, gene GENE\d\d is Infinity/],
  ])('is rejected before anything is scored: %s', async (_, value, reason) => {
    const workspace = await workspaceWith('cheat', predictions(value));
    const record: RunRecord = await runCell(workspace, findCell(workspace, idOf('cheat')));
    expect(record).toMatchObject({ status: 'failed', testEvaluations: 0 });
    expect(record.reason).toMatch(reason);
  });

  it('and cannot change the list of spots it is handed', async () => {
    const body = predictions('(spots.ids.splice?.(0, 3), new Float32Array(spots.ids.length * G))');
    const workspace = await workspaceWith('cheat', body);
    expect(await runCell(workspace, findCell(workspace, idOf('cheat')))).toMatchObject({ status: 'failed' });
  });
});
