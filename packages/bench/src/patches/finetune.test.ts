/** The finetune regime from package.json to the record: patches are cut, handed to the method, and hashed. */
import { mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '@spotbench/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { loadDatasets } from '../datasets/load.ts';
import { inferTargets } from '../nx/infer-targets.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { SELECTION_VARIABLE, type Selection } from '../plan/selection.ts';
import { cellState } from '../results/cell-state.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import { weightsPath } from '../weights/weights-path.ts';
import { writeWeightsLock } from '../weights/weights-lock.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { buildPatches } from './build-patches.ts';

const SCRATCH_ID = 'tiny--patient-out--finetune-scratch--mine--fold0--seed0';
const ID = 'tiny--patient-out--finetune--mine--fold0--seed0';

/** Notes what it is given, and predicts each spot's mean pixel. */
const reads = `
  globalThis.given = { regime: context.regime, pretrained: context.pretrained, features: data.train[0].features };
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 0, async predict(slide) {
    const rows = slide.spots.ids.map((_, i) => i);
    const pixels = await slide.patchStore.read(slide.id, rows, 'neighbourhood');
    const size = pixels.length / rows.length;
    const mean = (i) => pixels.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0) / size;
    return Float32Array.from({ length: rows.length * G }, (_, k) => mean(Math.floor(k / G)) + (k % G));
  } };`;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await tinyWorkspace();
  addMethod(workspace, 'mine', reads, 'method', undefined, ['net']);
  addMethod(workspace, 'plain', reads);
});
afterEach(() => {
  vi.unstubAllEnvs();
  removeWorkspace(workspace);
});

const cut = () => buildPatches(workspace, 'tiny', loadDatasets(workspace).datasets.tiny);
const run = (id: string) => runCell(workspace, findCell(workspace, id));
const given = () => (globalThis as unknown as { given: Record<string, unknown> }).given;

/** Weights named `net`, as a fetch would leave them. */
async function putWeights(content: string): Promise<string> {
  const path = weightsPath(workspace, 'densenet121');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const hash = sha256(content);
  const locked = { repository: 'r', file: 'f', revision: 'c', bytes: content.length, sha256: hash, licence: 'l' };
  await writeWeightsLock(workspace, { densenet121: locked });
  return path;
}

/** What this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

describe('patches', () => {
  it('are cut once, and again when the data changes', async () => {
    const first = await cut();
    expect(first.reused).toBe(false);
    expect(first.store.views.map(({ name }) => name)).toEqual(['patch', 'neighbourhood', 'slide']);
    // Spots lie on a diagonal, sqrt(2) px apart.
    expect(first.store.sections[0]).toMatchObject({ rows: { patch: 30, neighbourhood: 30, slide: 1 } });
    expect(first.store.sections[0].fieldOfViewPx).toEqual({ patch: 224, neighbourhood: 4, slide: 100 });
    await first.store.close();
    const again = await cut();
    expect(again.reused).toBe(true);
    await again.store.close();
  });
});

describe('a cell of the finetune regime', () => {
  it('reads patches and no features, and its record names them', async () => {
    expect((await run(SCRATCH_ID)).reason).toMatch(/no patches of tiny yet; run npx spotbench patches tiny/);
    const { store } = await cut();
    await store.close();
    const record = await run(SCRATCH_ID);
    expect(record).toMatchObject({ status: 'ok', regime: 'finetune', encoder: 'scratch', featuresHash: null });
    expect(record).toMatchObject({ patchesHash: store.hash, weightsHash: null });
    expect(given()).toEqual({ regime: 'finetune', pretrained: undefined, features: undefined });
    const { definitions, methods } = makePlan(workspace, { regimes: ['finetune'], fromScratch: true });
    const state = () => cellState(workspace, { definitions, methods }, findCell(workspace, SCRATCH_ID).cell);
    expect((await state()).kind).toBe('ok');
    rmSync(store.folder, { recursive: true });
    expect(await state()).toMatchObject({ kind: 'stale' });
  });

  it('starts from the weights that its package names', async () => {
    addMethod(workspace, 'mine', reads, 'method', undefined, ['densenet121']);
    await (await cut()).store.close();
    expect((await run(ID)).reason).toMatch(/weights densenet121: not fetched yet/);
    const path = await putWeights('weights');
    const record = await run(ID);
    expect(record).toMatchObject({ status: 'ok', encoder: 'pretrained' });
    expect(record.weightsHash).toHaveLength(64);
    expect(given()).toMatchObject({ pretrained: { densenet121: { path, prefix: 'features.' } } });
    await putWeights('other weights');
    expect((await run(ID)).weightsHash).not.toBe(record.weightsHash);
  });

  it('is judged by the lock of its weights, without reading them', async () => {
    addMethod(workspace, 'mine', reads, 'method', undefined, ['densenet121']);
    await (await cut()).store.close();
    const path = await putWeights('weights');
    await run(ID);
    const plan = makePlan(workspace, {});
    const state = () => cellState(workspace, plan, findCell(workspace, ID).cell);
    rmSync(path);
    expect(await state()).toMatchObject({ kind: 'ok' });
    await putWeights('other weights');
    expect(await state()).toMatchObject({
      kind: 'stale',
      reason: expect.stringMatching(/weights have changed/) as string,
    });
  });

  it.skipIf(process.platform !== 'linux')('leaves no patch file open when its method fails', async () => {
    const fails = `await data.train[0].patchStore.read(data.train[0].id, [0], 'patch'); throw new Error('no fit');`;
    addMethod(workspace, 'mine', fails, 'method', undefined, []);
    await (await cut()).store.close();
    expect(await run(SCRATCH_ID)).toMatchObject({ status: 'failed', reason: 'no fit' });
    expect(openFiles().filter((file) => file.endsWith('.rgb'))).toEqual([]);
  });
});

describe('the plan', () => {
  it('holds finetune cells when asked for, of methods that train an image encoder', () => {
    const ids = (selection: Selection) => makePlan(workspace, selection).cells.map(({ id }) => id);
    expect(ids({ methods: ['mine'] })).toEqual(
      [0, 1, 2].map((k) => `tiny--patient-out--frozen--mine--fold${k}--seed0`),
    );
    const both = ids({ regimes: ['frozen', 'finetune'], fromScratch: true, folds: [0] });
    expect(both).toEqual([
      'tiny--patient-out--frozen--mine--fold0--seed0',
      'tiny--patient-out--frozen--plain--fold0--seed0',
      SCRATCH_ID,
    ]);
    expect(findCell(workspace, ID).cell).toMatchObject({ regime: 'finetune', encoder: 'pretrained', id: ID });
    expect(() => findCell(workspace, ID.replace('finetune', 'finetune-densenet'))).toThrow('needed <data set>');
  });

  it('needs weights or --from-scratch, and a method that can', () => {
    expect(() => makePlan(workspace, { regimes: ['finetune'] })).toThrow(
      'pretrained weights are not there: net; run npx spotbench weights fetch net, or add --from-scratch',
    );
    expect(() => makePlan(workspace, { regimes: ['finetune'], methods: ['plain'], fromScratch: true })).toThrow(
      'none of plain trains an image encoder',
    );
    expect(() => makePlan(workspace, { regimes: ['finetnue' as 'finetune'] })).toThrow('did you mean "finetune"');
  });

  it('makes the patches a step before those cells, and never keeps them in the cache', () => {
    vi.stubEnv(SELECTION_VARIABLE, JSON.stringify({ regimes: ['finetune'], fromScratch: true }));
    const [[, { projects }]] = inferTargets(['datasets.json'], workspace.root);
    expect(projects['packages/bench'].targets['patches--tiny']).toMatchObject({
      cache: false,
      dependsOn: ['data--tiny'],
    });
    const { dependsOn } = projects['packages/mine'].targets['cell--tiny--patient-out--finetune-scratch--fold0--seed0'];
    expect(dependsOn).toEqual([{ projects: ['@spotbench/bench'], target: 'patches--tiny' }]);
  });
});
