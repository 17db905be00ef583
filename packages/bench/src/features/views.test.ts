/** From package.json to a method's slides: a method that needs the views tiles and slide, end to end. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, handcraftedEncoder, sha256, writeArtefact } from '@spotbench/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { openData, readSpots } from '../data/data-artefact.ts';
import { loadDatasets } from '../datasets/load.ts';
import { inferTargets } from '../nx/infer-targets.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { cellState } from '../results/cell-state.ts';
import { runStep } from '../results/step-failure.ts';
import type { RunRecord } from '../results/run-record.ts';
import { addMethod, removeWorkspace, tinyWorkspace, type TinyOptions } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { buildFeatures } from './build-features.ts';
import { FEATURES_KIND, featureHashes, hashOfViews, openFeatures, openViews } from './features-artefact.ts';
import { featuresFolder } from './features-folder.ts';

const VIEWS = ['tiles', 'slide'] as const;
const ID = 'tiny--patient-out--frozen--probe--fold0--seed0';
const place = { dataset: 'tiny', encoder: 'handcrafted' } as const;
let workspace: Workspace;
const open: Workspace[] = [];
beforeEach(async () => {
  workspace = await probing();
});
afterEach(() => {
  for (const each of open.splice(0)) removeWorkspace(each);
});

/** Every array that can be reached from what a method is handed, by path, as a hash; left in a global. */
const walks = `
  const found = {};
  const seen = new Set();
  const walk = (value, path) => {
    if (value === null || typeof value !== 'object' || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) { found[path] = value; return; }
    for (const key of Object.keys(value)) walk(value[key], path + '.' + key);
  };
  walk({ train: data.train }, 'fit');
  return { selectedBy: 'test', parameterCount: 0, async predict(slide) {
    walk(slide, slide.id);
    globalThis.handed = found;
    return new Float32Array(slide.spots.ids.length * data.genes.length);
  } };`;
const handed = (): Record<string, Float32Array> =>
  (globalThis as unknown as { handed: Record<string, Float32Array> }).handed;

async function probing(options?: TinyOptions): Promise<Workspace> {
  const made = await tinyWorkspace(options);
  open.push(made);
  addMethod(made, 'probe', walks, 'method', VIEWS);
  addMethod(made, 'plain', walks);
  return made;
}

async function buildViews(at: Workspace): Promise<void> {
  const entry = loadDatasets(at).datasets.tiny;
  for (const view of VIEWS) await buildFeatures(at, { ...place, view }, entry);
}

/** Replaces the slide's features by zeros. */
async function otherSlideFeatures(): Promise<void> {
  const { folder, manifest } = await openFeatures(workspace, { ...place, view: 'slide' });
  const files = Object.entries(manifest.files).map(([name, { bytes }]) => [name, new Uint8Array(bytes)]);
  await writeArtefact(folder, FEATURES_KIND, manifest.meta, Object.fromEntries(files) as Record<string, Uint8Array>);
}

async function run(at = workspace): Promise<RunRecord> {
  await buildViews(at);
  return runCell(at, findCell(at, ID));
}

describe('a method that needs tiles and slide', () => {
  it('is handed these views of every section, as the encoder makes them, and no others', async () => {
    const record = await run();
    expect(record.reason).toBeNull();
    const data = await openData(workspace, 'tiny');
    const image = { path: join(workspace.store, 'raw', 'tiny', 'A1.png'), widthPx: 100, heightPx: 100 };
    const tiles = await handcraftedEncoder.encodeView('tiles', image, await readSpots(data, 'A1'));
    const slide = await handcraftedEncoder.encodeView('slide', image, await readSpots(data, 'A1'));
    expect(handed()['A1.views.tiles.values']).toEqual(tiles.values);
    expect(handed()['A1.views.slide.values']).toEqual(slide.values);
    expect([tiles.values.length, slide.values.length]).toEqual([30 * 9 * 72, 16 * 72]);
    expect(Object.keys(handed()).filter((path) => /features|patch|tokens/.test(path))).toEqual([]);
    expect(handed()['fit.train.0.views.tiles.values']).toHaveLength(30 * 9 * 72);
  });

  it('is handed test slides whose arrays are the same whatever the expression of the test sections is', async () => {
    const testArrays = (): string[] =>
      Object.entries(handed())
        .filter(([path]) => /^A[12]\./.test(path))
        .map(([path, values]) => `${path} ${sha256(bytesOf(values))}`);
    await run();
    const plain = testArrays();
    const trained = sha256(bytesOf(handed()['fit.train.0.expression.values']));
    const changed = await probing({
      changeCounts: (section, values) => {
        if (section.startsWith('A')) values.reverse();
      },
    });
    await run(changed);
    expect(plain.filter((line) => line.includes('views'))).toHaveLength(4);
    expect(testArrays()).toEqual(plain);
    expect(plain.some((line) => line.includes('expression'))).toBe(false);
    expect(sha256(bytesOf(handed()['fit.train.0.expression.values']))).toBe(trained);
  });

  it('has a record with the hash of each view, which is stale when one of them changes', async () => {
    const record = await run();
    const views = await openViews(workspace, place, VIEWS);
    expect(record.featureHashes).toEqual(featureHashes(views));
    expect(record.featuresHash).toBe(hashOfViews(featureHashes(views)));
    const { cell } = findCell(workspace, ID);
    const plan = makePlan(workspace);
    expect((await cellState(workspace, plan, cell)).kind).toBe('ok');
    await otherSlideFeatures();
    expect(await cellState(workspace, plan, cell)).toMatchObject({
      kind: 'stale',
      reason: 'the features have changed since it was run',
    });
    await runStep(workspace, 'features--tiny--handcrafted--slide', () => Promise.reject(new Error('no ink'))).catch(
      () => undefined,
    );
    expect(await cellState(workspace, plan, cell)).toMatchObject({
      kind: 'blocked',
      reason: 'features tiny handcrafted slide failed: no ink',
    });
  });

  it('says which features are missing', async () => {
    const record = await runCell(workspace, findCell(workspace, ID));
    expect(record.reason).toMatch(/handcrafted--tiles: no spotbench-features artefact here/);
  });

  it('is planned behind exactly its features; another method is not', () => {
    const { projects } = inferTargets(['datasets.json'], workspace.root)[0][1];
    const { targets } = projects['packages/bench'];
    const made = Object.keys(targets).filter((name) => name.startsWith('features--'));
    const step = 'features--tiny--handcrafted';
    expect(made.sort()).toEqual([step, `${step}--slide`, `${step}--tiles`]);
    expect(targets[`${step}--tiles`].command).toMatch(/features tiny --encoder handcrafted --view tiles$/);
    expect(targets[`${step}--tiles`].outputs).toEqual(['{workspaceRoot}/.spotbench/features/tiny/handcrafted--tiles']);
    const before = (method: string, cell: string): unknown[] =>
      (projects[`packages/${method}`].targets[cell].dependsOn ?? []).map((step) =>
        typeof step === 'string' ? step : step.target,
      );
    expect(before('probe', 'cell--tiny--patient-out--frozen--fold0--seed0')).toEqual([
      `${step}--tiles`,
      `${step}--slide`,
    ]);
    expect(before('plain', 'cell--plain--tiny--patient-out--frozen--fold0--seed0')).toEqual([step]);
  });

  it('leaves the cells of other methods as they are when its views change', () => {
    const cell = 'cell--plain--tiny--patient-out--frozen--fold0--seed0';
    const targetOf = (): string =>
      JSON.stringify(inferTargets(['datasets.json'], workspace.root)[0][1].projects['packages/plain'].targets[cell]);
    const before = targetOf();
    addMethod(workspace, 'probe', walks, 'method', ['tokens', 'neighbourhood']);
    expect(targetOf()).toBe(before);
  });
});

describe('buildFeatures', () => {
  it('makes each view once, beside the others, and counts spots', async () => {
    const entry = loadDatasets(workspace).datasets.tiny;
    const seen: string[] = [];
    const build = (view: (typeof VIEWS)[number]) =>
      buildFeatures(workspace, { ...place, view }, entry, (done, total) => seen.push(`${done}/${total}`));
    expect(await build('tiles')).toMatchObject({ reused: false });
    expect(seen.at(-1)).toBe('120/120');
    expect(await build('slide')).toMatchObject({ reused: false });
    expect(await build('tiles')).toMatchObject({ reused: true });
    expect(existsSync(join(featuresFolder(workspace, { ...place, view: 'patch' }), 'A1.f32'))).toBe(true);
    const file = join(featuresFolder(workspace, { ...place, view: 'slide' }), 'C1.f32');
    expect(readFileSync(file)).toHaveLength(16 * 72 * 4);
  });
});
