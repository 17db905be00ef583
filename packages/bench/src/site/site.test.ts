import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellId } from '../plan/cell-id.ts';
import { makePlan } from '../plan/plan.ts';
import { buildBoard } from '../report/build-board.ts';
import { stateReader } from '../results/cell-state.ts';
import { removeWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { siteInput, storedCells } from './read-site-input.ts';
import type { SiteInput } from './site-input.ts';
import { FAILURE, tinySite } from './testing/tiny-site.ts';
import { writeSite } from './write-site.ts';

const LABEL = 'tiny--patient-out--frozen';

let workspace: Workspace;
let local: SiteInput;
let published: SiteInput;
let folder: string;
let files: string[];

beforeAll(async () => {
  const made = await tinySite();
  workspace = made.workspace;
  local = made.input('local');
  published = made.input('published');
  folder = join(workspace.root, 'site');
  files = await writeSite(local, folder);
}, 240_000);
afterAll(() => removeWorkspace(workspace));

const page = (name: string): string => readFileSync(join(folder, name), 'utf8');
const contents = (list: readonly string[], root: string): Map<string, string> =>
  new Map(list.map((path) => [path.slice(root.length), readFileSync(path, 'latin1')]));
const pages = (): string[] => files.filter((path) => path.endsWith('.html'));

describe('writeSite', () => {
  it('returns the files it wrote, and nothing else is there', () => {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(found.sort()).toEqual(files);
    expect(files.map((path) => path.slice(folder.length + 1))).toEqual(
      expect.arrayContaining(['index.html', 'datasets/tiny.html', 'methods/good.html', 'maps/tiny.html']),
    );
  });

  it('gives the same bytes again, whatever order the cells come in and whatever was there', async () => {
    const again = join(workspace.root, 'again');
    await writeSite(published, again);
    const rebuilt = await writeSite({ ...local, cells: { [LABEL]: local.cells[LABEL].toReversed() } }, again);
    expect(contents(rebuilt, again)).toEqual(contents(files, folder));
  });

  it('says nothing of when it was made or run, and nothing of this machine', () => {
    const started = local.cells[LABEL].map((c) => c.record.startedAt);
    for (const path of pages()) {
      const text = readFileSync(path, 'utf8');
      expect(text).not.toContain(workspace.root);
      for (const time of started) expect(text).not.toContain(time);
      expect(text).not.toMatch(/\bNaN\b|\bundefined<|\[object /);
    }
  });

  it('gives every row its number, interval, command and page', () => {
    const [ranking] = local.board.rankings;
    const index = page('index.html');
    for (const row of ranking.rows) {
      expect(index).toContain(`href="methods/${row.method}.html#tiny--patient-out--frozen"`);
      expect(index).toContain(row.provenance.command);
    }
    const good = ranking.rows.find((r) => r.method === 'good')!.scores['HVG-50'].pcc;
    expect(index).toContain(`data-value="${good.value}">${good.value!.toFixed(3)}`);
    expect(index).toContain(`[${good.ci!.map((v) => v.toFixed(3)).join(', ')}]`);
    expect(index).toContain('SYNTHETIC');
  });

  it('shows what failed with its reason, as text', () => {
    expect(FAILURE).toMatch(/[<&"]/);
    for (const name of ['index.html', 'methods/broken.html']) {
      expect(page(name)).toContain('only &lt;b&gt;likes&lt;/b&gt; &quot;B&quot; &amp; co');
      expect(page(name)).not.toContain('<b>likes');
    }
  });

  it('draws every plot of a method with a title and a description, and no name twice in a page', () => {
    const text = page('methods/good.html');
    for (const id of ['box', 'genes', 'means', 'tenths', 'loss'])
      expect(text).toContain(`<title id="${id}-good-tiny--patient-out--frozen-title">`);
    for (const path of pages()) {
      const ids = [...readFileSync(path, 'utf8').matchAll(/\sid="([^"]*)"/g)].map((m) => m[1]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('leads nowhere that is not there', () => {
    let links = 0;
    for (const path of pages()) {
      for (const [, target] of readFileSync(path, 'utf8').matchAll(/(?:href|src)="([^"$]+)"/g)) {
        if (target.startsWith('data:') || target.startsWith('#')) continue;
        const [file, fragment] = target.split('#');
        const found = join(dirname(path), decodeURIComponent(file));
        expect(existsSync(found), `${path}: ${target}`).toBe(true);
        if (fragment && !fragment.includes('=')) expect(readFileSync(found, 'utf8')).toContain(`id="${fragment}"`);
        links++;
      }
    }
    expect(links).toBeGreaterThan(50);
  });

  it('holds a picture of the tissue where it is local, and none where it is published', async () => {
    const tissue = files.filter((path) => path.endsWith('.jpg'));
    expect(tissue).toHaveLength(4);
    expect(readFileSync(tissue[0]).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    const asked: string[] = [];
    const guarded = published.datasets.map((d) => ({
      ...d,
      thumbnail: (section: string) => {
        asked.push(section);
        return d.thumbnail(section);
      },
    }));
    const out = join(workspace.root, 'published');
    const written = await writeSite({ ...published, datasets: guarded }, out);
    expect(asked).toEqual([]);
    expect(written.filter((path) => /\.(jpe?g|png|tiff?|webp|gif)$/.test(path))).toEqual([]);
    for (const path of written) {
      const text = readFileSync(path, 'latin1');
      expect(text).not.toMatch(/data:image|tissue":|\xff\xd8\xff/);
      if (path.endsWith('.html')) expect(text).not.toMatch(/<image [^>]*href="(?!\$\{)/);
    }
    expect(readFileSync(join(out, 'maps', 'tiny.html'), 'utf8')).toContain('Published without tissue images');
  });

  it('shows a section whose image is not the one that was read without it, and all the others with it', async () => {
    writeFileSync(join(workspace.store, 'raw', 'tiny', 'A2.png'), 'other');
    rmSync(join(workspace.store, 'thumbnails'), { recursive: true });
    const written = await writeSite(local, join(workspace.root, 'changed'));
    expect(written.filter((path) => path.endsWith('.jpg')).map((path) => basename(path))).toEqual(
      ['A1', 'B1', 'C1'].map((section) => `tiny--${section}.jpg`),
    );
  });

  it('says so where predictions or data are not at hand', async () => {
    const out = join(workspace.root, 'poor');
    const cells = local.cells[LABEL].map((c) => ({ ...c, predictions: () => Promise.resolve(undefined) }));
    await writeSite({ ...local, cells: { [LABEL]: cells } }, out);
    expect(readFileSync(join(out, 'maps', 'tiny.html'), 'utf8')).toContain('No map:');
    expect(readFileSync(join(out, 'methods', 'good.html'), 'utf8')).toContain('No calibration');
    const datasets = local.datasets.map((d) => ({ ...d, truth: () => Promise.resolve(undefined) }));
    await writeSite({ ...local, datasets }, out);
    expect(readFileSync(join(out, 'maps', 'tiny.html'), 'utf8')).toContain('No map:');
  });

  it('draws controls that stand beside a method though they were not selected, and are frozen where it is not', async () => {
    const plan = makePlan(workspace, { datasets: ['tiny'], methods: ['good'] });
    const trained = plan.cells
      .map((cell) => ({ ...cell, regime: 'finetune' as const, encoder: 'pretrained' }))
      .map((cell) => ({ ...cell, id: cellId(cell) }));
    const both = { ...plan, cells: [...plan.cells, ...trained] };
    const look = stateReader(workspace, both);
    const board = await buildBoard(workspace, both, { look });
    const cells = await storedCells(workspace, both, look);
    const out = join(workspace.root, 'selected');
    await writeSite(siteInput(workspace, both, board, { mode: 'published', cells, downloads: {} }), out);
    const ridge = readFileSync(join(out, 'methods', 'ridge.html'), 'utf8');
    for (const regime of ['frozen', 'finetune']) {
      expect(ridge).toContain(`<title id="box-ridge-tiny--patient-out--${regime}-title">`);
      const map = readFileSync(join(out, 'maps', 'data', `tiny--patient-out--${regime}--A1.js`), 'utf8');
      expect(map).toContain('"ridge":{"fold":0');
    }
    const good = readFileSync(join(out, 'methods', 'good.html'), 'utf8');
    expect(good.match(/<title id="box-good-[^"]*"/g)).toEqual(['<title id="box-good-tiny--patient-out--frozen-title"']);
  });

  it('shows submitted predictions with plots and maps, marked, between methods and controls', async () => {
    const [ranking] = local.board.rankings;
    const rows = ranking.rows.map((row) =>
      row.method === 'other' ? { ...row, kind: 'submitted' as const, rank: null } : row,
    );
    const out = join(workspace.root, 'submitted');
    await writeSite({ ...local, board: { ...local.board, rankings: [{ ...ranking, rows }] } }, out);
    const text = (name: string): string => readFileSync(join(out, name), 'utf8');
    for (const name of ['index.html', 'datasets/tiny.html'])
      expect(text(name)).toMatch(/<tr class="submitted">[^]*?>other<\/a\s*><span class="tag">submitted<\/span>/);
    expect(text('methods/other.html')).toMatch(/<h1>other <span class="tag">submitted/);
    expect(text('methods/other.html')).toContain('<title id="tenths-other-');
    expect(text('methods/other.html')).not.toContain('Peak memory');
    expect(text('datasets/tiny.html')).toMatch(/<text[^>]*>submitted<\/text>/);
    const map = text('maps/data/tiny--patient-out--frozen--A1.js');
    const methods = [...map.matchAll(/"([a-z-]+)":\{"fold"/g)].map((match) => match[1]);
    expect(methods.slice(0, 2)).toEqual(['good', 'other']);
  });

  it("shows papers' figures apart, and says where there are none", async () => {
    const out = join(workspace.root, 'reported');
    const figure = {
      method: 'good',
      dataset: 'HER2+',
      set: 'HEG',
      protocol: 'their own',
      from: 'its authors',
      source: 'x',
    };
    await writeSite(
      {
        ...local,
        reported: [
          { ...figure, pcc: 0.3866 },
          { ...figure, pcc: null },
        ],
      },
      out,
    );
    const [, section] = readFileSync(join(out, 'index.html'), 'utf8').split('id="reported"');
    expect(section).toMatch(/never ranked/);
    expect(section).toContain('0.3866');
    expect(section).toContain('not found');
    expect(page('index.html')).not.toContain('id="reported"');
  });
});
