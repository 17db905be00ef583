import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadDatasets } from '../datasets/load.ts';
import { buildFeatures } from '../features/build-features.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { cellState, type CellState } from '../results/cell-state.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import { addMethod, removeWorkspace, tinyWorkspace, type TinyOptions } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { runCell } from './run-cell.ts';

const open: Workspace[] = [];
afterEach(() => {
  for (const workspace of open.splice(0)) removeWorkspace(workspace);
});

const idOf = (method: string, fold = 0): string => `tiny--patient-out--frozen--${method}--fold${fold}--seed0`;

/** Runs a method with the given `fit` body on a fold of the tiny data set. */
async function run(
  body: string,
  options?: TinyOptions,
  fold = 0,
): Promise<{ workspace: Workspace; record: RunRecord; file: (name: string) => string }> {
  const workspace = await tinyWorkspace(options);
  open.push(workspace);
  addMethod(workspace, 'probe', body);
  const record = await runCell(workspace, findCell(workspace, idOf('probe', fold)));
  return {
    workspace,
    record,
    file: (name) => readFileSync(join(runFolder(workspace, idOf('probe', fold)), name), 'latin1'),
  };
}

const fitted = (predict: string): string => `
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict(slide) { const N = slide.spots.ids.length; ${predict} } };`;
const fromFeature = fitted(
  'return Float32Array.from({ length: N * G }, (_, k) => slide.features.values[2 * Math.floor(k / G)]);',
);

/** The tiny package `probe` depends on the engine. */
function useEngine({ root }: Workspace): void {
  const path = join(root, 'packages', 'probe', 'package.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...json, dependencies: { '@spotbench/engine': '0.1.0' } }));
}

async function stateOf(workspace: Workspace, id: string): Promise<CellState> {
  return cellState(workspace, makePlan(workspace), findCell(workspace, id).cell);
}

describe('runCell', () => {
  it('notes the engine and why; a record made on another engine than asked is stale', async () => {
    const { workspace, record } = await run(fromFeature);
    expect(record).toMatchObject({
      engine: 'onnx',
      device: 'cpu',
      engineReason: 'the method uses no engine',
    });
    const { cell } = findCell(workspace, idOf('probe'));
    const asked = { engine: 'tfjs', device: 'js' };
    expect((await cellState(workspace, makePlan(workspace), cell, asked)).kind).toBe('ok');
    useEngine(workspace);
    const onEngine = await runCell(workspace, findCell(workspace, idOf('probe')));
    expect(onEngine.engineReason).toContain('auto');
    expect(await cellState(workspace, makePlan(workspace), cell, asked)).toMatchObject({
      kind: 'stale',
      reason: 'it was run on onnx/cpu, not on tfjs/js',
    });
    const again = await runCell(workspace, findCell(workspace, idOf('probe')), { engine: asked });
    expect(again.command).toContain('--engine tfjs --device js');
    expect((await cellState(workspace, makePlan(workspace), cell, asked)).kind).toBe('ok');
  });

  it('leaves a record, predictions, scores and a summary that fit together', async () => {
    const { workspace, record, file } = await run(fromFeature);
    expect(record).toMatchObject({
      status: 'ok',
      heldOut: 'A',
      methodKind: 'control',
      testEvaluations: 1,
      selectedBy: 'test',
    });
    const [header, first] = file('scores.csv').split('\n');
    expect(header).toBe(
      'runId,patient,section,gene,nSpots,pcc,spearman,r2,mse,mae,truthMean,truthVar,predVar,undefined',
    );
    expect(first.startsWith(`${idOf('probe')},A,A1,GENE`)).toBe(true);
    const summary = JSON.parse(file('summary.json')) as {
      sets: Record<string, { pcc: { value: number; nSections: number; nPatients: number } }>;
    };
    expect(Number.isFinite(summary.sets['HVG-50'].pcc.value)).toBe(true);
    // GENE06 follows the feature most strongly, GENE07 not at all.
    const pcc = (gene: string): number =>
      Number(
        file('scores.csv')
          .split('\n')
          .find((l) => l.includes(`A1,${gene}`))!
          .split(',')[5],
      );
    expect(pcc('GENE06')).toBeGreaterThan(0.5);
    expect(pcc('GENE07')).toBeLessThan(0);
    expect(summary.sets['HVG-50'].pcc).toMatchObject({ nSections: 2, nPatients: 1 });
    expect(file('predictions/A1.f32').length % 4).toBe(0);
    expect((await stateOf(workspace, idOf('probe'))).kind).toBe('ok');
  });

  it.each([
    ["throw new Error('no luck today');", /no luck today/],
    [fitted('return new Float32Array(N * G - 1);'), /section A1: needed a Float32Array of 30 spots x \d+ genes/],
    [
      fitted('const out = new Float32Array(N * G); out[G + 2] = NaN; return out;'),
      /spot 1x0, gene GENE02 is NaN; every value must be finite/,
    ],
    [fitted('return null;'), /needed a Float32Array/],
  ])('records a failed cell with its reason: %s', async (body, reason) => {
    const { workspace, record } = await run(body);
    expect(record.status).toBe('failed');
    expect(record.reason).toMatch(reason);
    expect(record.logTail.length).toBeGreaterThan(0);
    expect(readdirSync(runFolder(workspace, idOf('probe')))).toEqual(['manifest.json', 'run.json']);
    expect(await stateOf(workspace, idOf('probe'))).toMatchObject({ kind: 'failed', reason: record.reason });
  });

  it('changes no predicted byte when the test expression changes', async () => {
    const nearest = fitted(
      'return Float32Array.from({ length: N * G }, (_, k) => data.train[0].expression.values[k % (G * 30)]);',
    );
    const plain = await run(nearest);
    const shuffled = await run(nearest, {
      changeCounts: (section, values) => {
        if (section.startsWith('A')) values.reverse();
      },
    });
    for (const section of ['A1', 'A2'])
      expect(shuffled.file(`predictions/${section}.f32`)).toBe(plain.file(`predictions/${section}.f32`));
    expect(shuffled.file('sets.json')).toBe(plain.file('sets.json'));
    expect(shuffled.file('scores.csv')).not.toBe(plain.file('scores.csv'));
  });

  it('hands a method nothing that holds the truth of a test section', async () => {
    const workspace = await tinyWorkspace();
    open.push(workspace);
    // Walks everything reachable from what fit and predict are given, and reports every array long enough to be a truth.
    const search = `
      const seen = new Set();
      const arrays = [];
      const walk = (value, path) => {
        if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
        seen.add(value);
        if (ArrayBuffer.isView(value)) { arrays.push(path + ' ' + value.length); return; }
        for (const key of Reflect.ownKeys(value)) { try { walk(value[key], path + '.' + String(key)); } catch {} }
      };
      const G = data.genes.length;
      walk({ data, context }, 'fit');
      return { selectedBy: 'search', parameterCount: 0, async predict(slide, answer) {
        walk({ slide, answer }, 'predict ' + slide.id);
        globalThis.found = arrays;
        return new Float32Array(slide.spots.ids.length * G);
      } };`;
    addMethod(workspace, 'cheat', search, 'method', ['patch', 'tiles', 'slide']);
    const entry = loadDatasets(workspace).datasets.tiny;
    const place = { dataset: 'tiny', encoder: 'handcrafted' };
    for (const view of ['tiles', 'slide'] as const) await buildFeatures(workspace, { ...place, view }, entry);
    const record = await runCell(workspace, findCell(workspace, idOf('cheat')));
    expect(record.reason).toBeNull();
    const found = (globalThis as unknown as { found: string[] }).found;
    const expression = found.filter((line) => /expression/.test(line));
    expect(expression.length).toBeGreaterThan(0);
    expect(expression.every((line) => line.startsWith('fit.data.'))).toBe(true);
    // Beyond two made-up features a spot: what the encoder makes of the image (features/views.test.ts), 72 numbers a token.
    const long = found.filter((line) => line.startsWith('predict') && Number(line.split(' ').at(-1)) > 60);
    expect(long).toEqual(
      ['A1', 'A2'].flatMap((id) => [
        `predict ${id}.slide.views.tiles.values ${30 * 9 * 72}`,
        `predict ${id}.slide.views.slide.values ${16 * 72}`,
      ]),
    );
    expect(found.some((line) => /answer/.test(line))).toBe(false);
  });

  it('writes the same predictions, scores and summary twice', async () => {
    const [first, second] = [await run(fromFeature), await run(fromFeature)];
    for (const name of ['scores.csv', 'summary.json', 'sets.json', 'predictions/A1.f32', 'predictions/spots.csv']) {
      expect(second.file(name)).toBe(first.file(name));
    }
  });

  it('refuses a split made for other spot counts than the data has', async () => {
    const workspace = await tinyWorkspace({ splitSpotCount: 29 });
    open.push(workspace);
    addMethod(workspace, 'probe', fromFeature);
    const record = await runCell(workspace, findCell(workspace, idOf('probe')));
    expect(record.reason).toMatch(/section A1 has 30 spots, the split was made for 29/);
  });

  it('says what is wrong with an unknown fold', async () => {
    const { record } = await run(fromFeature, undefined, 9);
    expect(record.reason).toMatch(/unknown fold 9; tiny\/patient-out has folds 0 to 2/);
  });
});

describe('cellState', () => {
  it('finds a truncated file, changed code and a missing record', async () => {
    const { workspace } = await run(fromFeature);
    const id = idOf('probe');
    writeFileSync(join(runFolder(workspace, id), 'scores.csv'), 'runId\n');
    expect(await stateOf(workspace, id)).toMatchObject({
      kind: 'damaged',
      reason: expect.stringMatching(/scores.csv: 6 bytes/) as string,
    });
    expect((await stateOf(workspace, idOf('probe', 1))).kind).toBe('missing');
    await runCell(workspace, findCell(workspace, id));
    expect((await stateOf(workspace, id)).kind).toBe('ok');
  });
});
