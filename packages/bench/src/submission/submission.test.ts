import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { discoverMethods } from '../registry/methods.ts';
import { buildBoard } from '../report/build-board.ts';
import { cellState } from '../results/cell-state.ts';
import { runFolder } from '../results/run-folder.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { addSubmission } from './add-submission.ts';
import { checkSubmission } from './check-submission.ts';
import type { NeededFold } from './needed-predictions.ts';
import { storedNames } from './stored-submission.ts';
import { writeTemplate } from './write-template.ts';

/** The same numbers as a method and as files: a number for a spot and a gene that no list's order can hide. */
const valueOf = (spot: string, gene: string): number =>
  Math.sin(Number.parseInt(spot, 10) + Number(gene.slice(4)) ** 2);
const asMethod = `
  const valueOf = ${valueOf.toString()};
  return { selectedBy: 'test', parameterCount: 0, async predict({ spots }) {
    return Float32Array.from(spots.ids.flatMap((spot) => data.genes.map((gene) => valueOf(spot, gene)))); } };`;

/** What anndata wrote: scripts/golden_submission.py. */
const H5AD = fileURLToPath(new URL('../../fixtures/submission-h5ad', import.meta.url));

const CARD = {
  schemaVersion: 1,
  name: 'elsewhere',
  title: 'Made elsewhere',
  authors: ['We'],
  licence: 'CC-BY-4.0',
  code: null,
  dataset: 'tiny',
  protocol: 'patient-out',
  regime: 'frozen',
  encoder: 'none',
  trainingData: 'nothing',
  usesTestExpression: false,
};

let workspace: Workspace;
let parent: string;
let folder: string;
let folds: readonly NeededFold[];
beforeAll(async () => {
  workspace = await tinyWorkspace();
  parent = mkdtempSync(join(tmpdir(), 'spotbench-submission-'));
});
afterAll(() => {
  removeWorkspace(workspace);
  rmSync(parent, { recursive: true });
});
beforeEach(async () => {
  folder = mkdtempSync(join(parent, 'folder-'));
  folds = await writeTemplate(workspace, { dataset: 'tiny', protocol: 'patient-out', out: folder });
});
afterEach(() => rmSync(join(workspace.store, 'submissions'), { recursive: true, force: true }));

const card = (changes: object = {}): void =>
  writeFileSync(join(folder, 'submission.json'), JSON.stringify({ ...CARD, ...changes }));

type Change = (table: string[][], section: string) => string[][];

/** Every section of every fold as csv, spots in reverse order. */
function predict(change: Change = (table) => table): void {
  for (const { fold, genes, test } of folds) {
    for (const { id, spots } of test) {
      const rows = spots.ids.toReversed().map((spot) => [spot, ...genes.map((gene) => String(valueOf(spot, gene)))]);
      const text = change([['spot', ...genes], ...rows], id).map((row) => row.join(','));
      writeFileSync(join(folder, `fold${fold}`, `${id}.csv`), `${text.join('\n')}\n`);
    }
  }
}

describe('template', () => {
  it('lists folds, sections, spots and genes, and holds no expression', () => {
    expect(folds.map(({ heldOut, training }) => [heldOut, training])).toEqual([
      ['A', ['B1', 'C1']],
      ['B', ['A1', 'A2', 'C1']],
      ['C', ['A1', 'A2', 'B1']],
    ]);
    expect(readdirSync(join(folder, 'fold0')).sort()).toEqual([
      'A1.spots.csv',
      'A2.spots.csv',
      'genes.csv',
      'sections.csv',
    ]);
    expect(
      readFileSync(join(folder, 'fold0', 'genes.csv'), 'utf8')
        .trim()
        .split('\n'),
    ).toEqual(['gene', ...folds[0].genes]);
    expect(readFileSync(join(folder, 'fold0', 'A1.spots.csv'), 'utf8')).toMatch(
      /^spot,arrayX,arrayY,pixelX,pixelY\n0x0,0,0,0,0\n/,
    );
  });

  it('has an empty card that names every field to fill in', async () => {
    predict();
    const problem = checkSubmission(workspace, folder);
    for (const field of [
      'name',
      'title',
      'authors',
      'licence',
      'regime',
      'encoder',
      'trainingData',
      'usesTestExpression',
    ])
      await expect(problem).rejects.toThrow(new RegExp(`at ${field}\\b`));
  });

  it('is not written over what is there', async () => {
    await expect(writeTemplate(workspace, { dataset: 'tiny', protocol: 'patient-out', out: folder })).rejects.toThrow(
      /needed a new or empty folder/,
    );
  });
});

describe('check', () => {
  it.each<[string, Change, RegExp]>([
    ['a missing spot', (t) => t.slice(0, -1), /^fold0\/A1: 1 of 30 spots missing: 0x0$/],
    ['a spot too much', (t) => [...t, ['99x9', ...t[1].slice(1)]], /: 1 spots that the protocol does not have: 99x9$/],
    ['a spot twice', (t) => [...t, t[1]], /: 1 spots more than once: 29x0$/],
    [
      'genes left out',
      (t) => t.map((row) => row.slice(0, 4)),
      /: 57 of 60 genes missing: GENE\d\d, GENE\d\d, GENE\d\d, \.\.\.$/,
    ],
    [
      'a gene too much',
      (t) => t.map((row, i) => [...row, i === 0 ? 'OTHER' : '1']),
      /: 1 genes that the protocol does not have: OTHER$/,
    ],
    ['a gene twice', (t) => t.map((row) => [...row, row[1]]), /: 1 genes more than once: GENE\d\d$/],
    [
      'an empty field',
      (t) => t.with(2, t[2].with(3, '')),
      /: 1 values not a finite float32 number: spot 28x0 gene GENE\d\d$/,
    ],
    ['an infinity', (t) => t.with(2, t[2].with(3, '1e39')), /: 1 values not a finite float32 number: spot 28x0/],
    ['a ragged line', (t) => t.with(2, t[2].slice(1)), /A1\.csv line 3: needed 61 fields, found 60$/],
  ])('refuses %s, and stores nothing', async (_, change, problem) => {
    card();
    predict((table, section) => (section === 'A1' ? change(table, section) : table));
    const { problems } = await checkSubmission(workspace, folder);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    await expect(addSubmission(workspace, folder)).rejects.toThrow(problems[0]);
    expect(storedNames(workspace)).toEqual([]);
  });

  it('refuses a section without a file, one with two, and a name that is taken', async () => {
    card();
    predict();
    rmSync(join(folder, 'fold0', 'A2.csv'));
    writeFileSync(join(folder, 'fold1', 'B1.npy'), '');
    const { problems } = await checkSubmission(workspace, folder);
    expect(problems).toEqual([
      expect.stringMatching(/^fold0\/A2: no .*A2\.csv, \.npy or \.h5ad: every test section must be predicted$/),
      expect.stringMatching(/^fold1\/B1: .*needed one file, found csv and npy/),
    ]);
    addMethod(workspace, 'taken', asMethod);
    card({ name: 'taken' });
    await expect(checkSubmission(workspace, folder)).rejects.toThrow(/name "taken" is that of a control/);
  });

  it('refuses authors who used test expression', async () => {
    card({ usesTestExpression: true });
    await expect(checkSubmission(workspace, folder)).rejects.toThrow(/saw the expression of a test section/);
  });
});

describe('a damaged submission', () => {
  it.each<[string, (text: string) => string, RegExp]>([
    ['is no JSON', (text) => text.slice(0, 40), /manifest\.json: is not JSON: .*; add it again/],
    ['has no card', (text) => text.replace('"card"', '"crad"'), /no submission of this version: .*card/s],
    ['has another name', (text) => text.replace('"name": "elsewhere"', '"name": "other"'), /the submission "other"/],
  ])('that %s is left out and named, stops nothing else, and can be added again', async (_, change, reason) => {
    addMethod(workspace, 'still-there', asMethod);
    card();
    predict();
    await addSubmission(workspace, folder);
    const path = join(workspace.store, 'submissions', 'elsewhere', 'manifest.json');
    const [text, stderr] = [readFileSync(path, 'utf8'), vi.spyOn(process.stderr, 'write').mockReturnValue(true)];
    writeFileSync(path, change(text));
    expect(readFileSync(path, 'utf8')).not.toBe(text);
    const names = (): string[] => discoverMethods(workspace).map(({ name }) => name);
    expect(names()).not.toContain('elsewhere');
    expect(names()).toContain('still-there');
    expect(stderr.mock.calls.map(([message]) => message)).toEqual([expect.stringMatching(reason)]);
    expect(stderr.mock.calls[0][0]).toMatch(
      /^spotbench: submission "elsewhere" is left out: .*or remove .*elsewhere\n$/s,
    );
    stderr.mockRestore();
    await addSubmission(workspace, folder);
    expect(names()).toContain('elsewhere');
  });
});

describe('add', () => {
  it('scores files as it scores a method of the same predictions, whatever their order', async () => {
    addMethod(workspace, 'here', asMethod, 'method');
    card();
    predict((table) => table.map((row) => [row[0], ...row.slice(1).toReversed()]));
    const records = await addSubmission(workspace, folder);
    expect(records.map(({ status, methodKind }) => [status, methodKind])).toEqual(Array(3).fill(['ok', 'submitted']));
    for (const { cellId } of records) {
      const twin = cellId.replace('elsewhere', 'here');
      await runCell(workspace, findCell(workspace, twin));
      const scores = (id: string): string => readFileSync(join(runFolder(workspace, id), 'scores.csv'), 'utf8');
      expect(scores(cellId).replaceAll('elsewhere', 'here')).toBe(scores(twin));
    }
  });

  it('is in the plan and the table, marked, and never ranked', async () => {
    card();
    predict();
    const [{ cellId }] = await addSubmission(workspace, folder);
    const plan = makePlan(workspace);
    const { rankings } = await buildBoard(workspace, plan);
    const row = rankings[0].rows.find(({ method }) => method === 'elsewhere');
    expect(row).toMatchObject({ kind: 'submitted', rank: null, cells: { ok: 3, total: 3 } });
    expect(row!.title).toBe('Made elsewhere (submitted; frozen, none)');
    // A changed file is another submission: its cell is not that of the record any more.
    writeFileSync(join(workspace.store, 'submissions', 'elsewhere', 'fold0', 'A1.f32'), 'damaged');
    const { cell } = findCell(workspace, cellId);
    const record = await runCell(workspace, findCell(workspace, cellId));
    expect(record).toMatchObject({ status: 'failed', reason: expect.stringMatching(/A1\.f32/) as string });
    expect((await cellState(workspace, plan, cell)).kind).not.toBe('ok');
  });

  it('takes .h5ad as anndata writes it, dense or sparse, in any order, down to the row of the table', async () => {
    // The formula of scripts/golden_submission.py.
    const exact = '((7 * Number(spot.slice(0, -2)) + 13 * Number(gene.slice(4))) % 17) / 8';
    const inJs = asMethod.replace(valueOf.toString(), `(spot, gene) => ${exact}`);
    addMethod(workspace, 'in-js', inJs, 'method');
    card({ name: 'from-python' });
    cpSync(H5AD, folder, { recursive: true });
    expect((await checkSubmission(workspace, folder)).problems).toEqual([]);
    for (const { cellId } of await addSubmission(workspace, folder)) {
      await runCell(workspace, findCell(workspace, cellId.replace('from-python', 'in-js')));
    }
    const { rankings } = await buildBoard(workspace, makePlan(workspace));
    const row = (method: string) => rankings[0].rows.find((r) => r.method === method)!;
    expect(row('from-python')).toMatchObject({ kind: 'submitted', rank: null, cells: { ok: 3, total: 3 } });
    expect(row('from-python').scores).toEqual(row('in-js').scores);
    expect(Math.abs(row('in-js').scores['HVG-50'].pcc.value!)).toBeGreaterThan(0);
  });

  it('refuses an .h5ad that lacks a spot or a gene, or is none', async () => {
    card();
    predict();
    cpSync(H5AD, folder, { recursive: true });
    for (const { fold, test } of folds) for (const { id } of test) rmSync(join(folder, `fold${fold}`, `${id}.csv`));
    const problems = async (): Promise<readonly string[]> => (await checkSubmission(workspace, folder)).problems;
    const path = join(folder, 'fold1', 'B1.h5ad');
    cpSync(fileURLToPath(new URL('../../../core/fixtures/readers/anndata/dense.h5ad', import.meta.url)), path);
    expect(await problems()).toEqual([
      expect.stringMatching(/^fold1\/B1: 30 of 30 spots missing: 0x0, 1x0, 2x0, \.\.\.$/),
      expect.stringMatching(/: 6 spots that the protocol does not have: AAAC-1/),
      expect.stringMatching(/: 60 of 60 genes missing/),
      expect.stringMatching(/genes that the protocol does not have: ERBB2/),
      expect.stringMatching(/: 1 genes more than once: TBCE$/),
    ]);
    writeFileSync(path, 'spot,GENE01');
    expect(await problems()).toEqual([expect.stringMatching(/^fold1\/B1: .*B1\.h5ad/)]);
  });

  it('takes .npy with names beside it', async () => {
    card();
    predict();
    for (const type of ['<f4', '<f8'] as const) {
      rmSync(join(folder, 'fold0', 'A1.csv'), { force: true });
      const { genes, test } = folds[0];
      const values = test[0].spots.ids.flatMap((spot) => genes.map((gene) => valueOf(spot, gene)));
      writeFileSync(join(folder, 'fold0', 'A1.npy'), npy(type, [test[0].spots.ids.length, genes.length], values));
      const { problems, sections } = await checkSubmission(workspace, folder);
      expect(problems).toEqual([]);
      expect(sections.find(({ section }) => section === 'A1')!.values).toEqual(Float32Array.from(values));
    }
    const path = join(folder, 'fold0', 'A1.npy');
    for (const [bytes, message] of [
      [npy('<i8', [1, 1], []), /needed float32 or float64 \('<f4', '<f8'\), found '<i8'/],
      [npy('<f4', [30], []), /needed 2 dimensions, spots x genes, found 1/],
      [npy('<f4', [30, 55], [1]), /needed 30 x 55 x 4 bytes after its header, found 4/],
      [Buffer.from('spot,GENE'), /needed a \.npy file, found other bytes/],
    ] as const) {
      writeFileSync(path, bytes);
      expect((await checkSubmission(workspace, folder)).problems).toEqual([expect.stringMatching(message)]);
    }
  });
});

/** A .npy file, version 1.0. */
function npy(type: string, shape: readonly number[], values: readonly number[]): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = `${text}${' '.repeat(63 - ((text.length + 10) % 64))}\n`;
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  const data = type === '<f4' ? Float32Array.from(values) : Float64Array.from(values);
  return Buffer.concat([prefix, Buffer.from(header), Buffer.from(data.buffer)]);
}
