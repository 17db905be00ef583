import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { findCell } from '../plan/find-cell.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { exportCell } from './export-cell.ts';
import { modelFolder, openModel } from './model-artefact.ts';

const id = 'tiny--patient-out--frozen--probe--fold0--seed0';
const zeros = 'async predict({ spots }) { return new Float32Array(spots.ids.length * data.genes.length); }';
const write = (file: string, text: string): string =>
  `const { writeFileSync } = await import('node:fs'); writeFileSync(folder + '/${file}', ${text});`;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await tinyWorkspace();
});
afterEach(() => {
  removeWorkspace(workspace);
});

/** A method that saves the number of its genes and exports what it loaded. */
function addSavingMethod(): void {
  const save = `async save(folder) { ${write('state.txt', 'String(data.genes.length)')} }`;
  addMethod(workspace, 'probe', `return { selectedBy: 'test', parameterCount: 1, ${zeros}, ${save} };`);
  const path = join(workspace.root, 'packages', 'probe', 'src', 'index.ts');
  const exported = `async exportOnnx(folder, { batchSize }) { ${write('model.onnx', "text + ' by ' + batchSize")} }`;
  const load = `async load(folder) {
    const text = (await import('node:fs')).readFileSync(folder + '/state.txt', 'utf8');
    return { ${exported} };
  },`;
  writeFileSync(path, readFileSync(path, 'utf8').replace('async fit(', `${load}\n  async fit(`));
}

const run = (save: boolean) => runCell(workspace, findCell(workspace, id), { save });

it('keeps the fitted state, loads and exports it', async () => {
  addSavingMethod();
  const record = await run(true);
  expect(record.status).toBe('ok');
  const folder = await openModel(workspace, record);
  expect(readFileSync(join(folder, 'state.txt'), 'utf8')).toBe('60');
  const out = workspace.root;
  expect(await exportCell(workspace, id, { out, batchSize: 3 })).toBe(out);
  expect(readFileSync(join(out, 'model.onnx'), 'utf8')).toBe('60 by 3');
});

it('keeps nothing unasked, and says how to keep it', async () => {
  addSavingMethod();
  await run(false);
  await expect(exportCell(workspace, id)).rejects.toThrow(`no fitted state was kept in ${modelFolder(workspace, id)}`);
});

it('refuses the state of another run, and a damaged one', async () => {
  addSavingMethod();
  const record = await run(true);
  await expect(openModel(workspace, { ...record, seed: 1 })).rejects.toThrow(
    'is that of another run; run npx spotbench',
  );
  writeFileSync(join(modelFolder(workspace, id), 'state.txt'), '61');
  await expect(openModel(workspace, record)).rejects.toMatchObject({ tag: 'damaged-artefact' });
});

it('a method without a state keeps its scores and cannot be exported', async () => {
  addMethod(workspace, 'probe', `return { selectedBy: 'test', parameterCount: 1, ${zeros} };`);
  expect((await run(true)).status).toBe('ok');
  await expect(exportCell(workspace, id)).rejects.toThrow('probe keeps no fitted state to export');
});
