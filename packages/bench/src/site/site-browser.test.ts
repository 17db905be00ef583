import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { SiteInput } from './site-input.ts';
import { tinySite } from './testing/tiny-site.ts';
import { writeSite } from './write-site.ts';

/** Debian's; CHROMIUM names another. Nothing is downloaded. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const there = existsSync(executablePath);
if (!there)
  console.warn(`no chromium at ${executablePath}: the web report is not checked in a browser (CHROMIUM names another)`);

describe.skipIf(!there)('the web report in a browser, from a file:// address', { timeout: 240_000 }, () => {
  let workspace: Workspace;
  let browser: Browser;
  let files: string[];
  let input: SiteInput;
  const complaints: string[] = [];

  beforeAll(async () => {
    const made = await tinySite();
    workspace = made.workspace;
    input = made.input('local');
    files = await writeSite(input, join(workspace.root, 'site'));
    await writeSite(made.input('published'), join(workspace.root, 'published'));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    if (workspace) removeWorkspace(workspace);
  });

  const opened = async (
    name: string,
    options: { width?: number; script?: boolean; site?: string } = {},
  ): Promise<Page> => {
    const { width = 1280, script = true, site = 'site' } = options;
    const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled: script });
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(`${name}: ${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`${name}: ${error.message}`));
    page.on('requestfailed', (request) => complaints.push(`${name}: ${request.url()} ${request.failure()?.errorText}`));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`${name}: asks for ${request.url()}`);
    });
    const [path, hash = ''] = name.split('#');
    await page.goto(`${pathToFileURL(join(workspace.root, site, path)).href}${hash && `#${hash}`}`);
    return page;
  };
  const close = (page: Page): Promise<void> => page.context().close();
  const column = (page: Page, n: number): Promise<string[]> =>
    page
      .locator('tbody')
      .first()
      .locator(`tr > :nth-child(${n + 1})`)
      .allInnerTexts();

  it('opens every page without a complaint and without scrolling sideways on a phone', async () => {
    for (const path of files.filter((f) => f.endsWith('.html'))) {
      const name = path.slice(join(workspace.root, 'site').length + 1);
      const page = await opened(name, { width: 390 });
      await page.waitForLoadState('networkidle');
      const [content, screen] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, innerWidth]',
      );
      expect(content, name).toBeLessThanOrEqual(screen);
      await close(page);
    }
    expect(complaints).toEqual([]);
  });

  it('sorts by keyboard alone, turns the order, and says which way', async () => {
    const page = await opened('index.html');
    const header = page.locator('th', { has: page.getByRole('button', { name: 'HVG-50' }) });
    await header.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    const heads = await page.locator('thead').first().locator('th').allInnerTexts();
    const n = heads.findIndex((text) => text.startsWith('HVG-50'));
    const numbers = (await column(page, n)).map((text) => Number.parseFloat(text));
    const known = numbers.filter((v) => !Number.isNaN(v));
    expect(known.length).toBeGreaterThan(5);
    expect(known).toEqual([...known].sort((a, b) => b - a));
    // What has no number stays last, whichever way.
    expect(numbers.slice(0, known.length)).toEqual(known);
    await page.keyboard.press('Space');
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    const turned = (await column(page, n)).map((text) => Number.parseFloat(text));
    expect(turned.slice(0, known.length)).toEqual([...known].reverse());
    await page.getByRole('button', { name: 'Method', exact: true }).press('Enter');
    expect(await header.getAttribute('aria-sort')).toBeNull();
    const names = await column(page, 1);
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
    await close(page);
  });

  it('draws the gene, section and method that are picked, and keeps them in the address', async () => {
    const page = await opened('maps/tiny.html');
    const state = page.locator('[data-state]');
    await expect.poll(() => state.innerText()).toContain('GENE01');
    const colours = (panel: string): Promise<string[]> =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('[data-panel="${panel}"] circle')].map((spot) => spot.getAttribute('fill'))`,
      );
    const before = await colours('measured');
    expect(before).toHaveLength(30);
    expect(new Set(before).size).toBeGreaterThan(5);
    await page.getByLabel('Gene', { exact: true }).selectOption('GENE02');
    await page.getByLabel('Method', { exact: true }).selectOption('good');
    await expect.poll(() => state.innerText()).toContain('GENE02, section A1 (patient A): good');
    expect(await colours('measured')).not.toEqual(before);
    const cell = Object.values(input.cells)[0].find(({ cell: { method, fold } }) => method === 'good' && fold === 0)!;
    const scored = (await cell.scores()).sections.find(({ section }) => section === 'A1')!;
    const { pcc, truthMean } = scored.rows.find(({ gene }) => gene === 'GENE02')!;
    expect(await state.innerText()).toContain(`PCC ${pcc!.toFixed(3)}`);
    const genes = (await cell.predictions())!.find(({ section }) => section === 'A1')!.genes;
    const truth = (await input.datasets[0].truth('patient-out', 'A1', genes))!;
    const values = Array.from({ length: 30 }, (_, i) => truth[i * genes.length + genes.indexOf('GENE02')]);
    expect(values.reduce((a, b) => a + b, 0) / 30).toBeCloseTo(truthMean!, 4);
    const ends = await page.locator('[data-panel="measured"] .bar span').allInnerTexts();
    expect(ends.map(Number)).toEqual([Math.min(...values), Math.max(...values)].map((v) => Number(v.toPrecision(3))));
    await page.getByLabel('Section', { exact: true }).selectOption({ label: 'B1 (patient B)' });
    await page.getByLabel('Method', { exact: true }).selectOption('training-mean');
    await expect
      .poll(() => state.innerText())
      .toMatch(/GENE02, section B1 .*training-mean.*PCC undefined \(constant_pred\)/);
    expect(await colours('measured')).not.toEqual(before);
    expect(new Set(await colours('predicted')).size).toBe(1);
    const picture = page.locator('[data-panel="measured"] image');
    expect(await picture.getAttribute('href')).toBe('tissue/tiny--B1.jpg');
    const hash = new URL(page.url()).hash;
    const again = await opened(`maps/tiny.html${hash}`);
    await expect.poll(() => again.locator('[data-state]').innerText()).toMatch(/GENE02, section B1 .*training-mean/);
    await close(again);
    await close(page);
    expect(complaints).toEqual([]);
  });

  it('draws spots and no tissue where it is published', async () => {
    const page = await opened('maps/tiny.html', { site: 'published' });
    await expect.poll(() => page.locator('[data-panel="predicted"] circle').count()).toBe(30);
    expect(await page.locator('image, img').count()).toBe(0);
    await close(page);
    expect(complaints).toEqual([]);
  });

  it('is readable without a script: tables, plots and one pair of maps', async () => {
    const index = await opened('index.html', { script: false });
    expect(await index.getByText('npx spotbench run --dataset tiny').count()).toBeGreaterThan(0);
    expect(await index.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    await close(index);
    const maps = await opened('maps/tiny.html', { script: false });
    expect(await maps.locator('svg:visible').count()).toBe(2);
    expect(await maps.getByLabel('Gene', { exact: true }).isVisible()).toBe(false);
    await close(maps);
  });
});
