import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { highlyVariableGenes } from '@spotbench/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Datasets } from '../datasets/schema.ts';
import { openData, readCounts } from '../data/data-artefact.ts';
import { unionPanel } from '../data/union-panel.ts';
import { loadDatasets } from '../datasets/load.ts';
import { buildPatches } from '../patches/build-patches.ts';
import { findCell } from '../plan/find-cell.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { runCell } from './run-cell.ts';

const open: Workspace[] = [];
afterEach(() => {
  for (const workspace of open.splice(0)) removeWorkspace(workspace);
});

const ID = 'tiny--some-paper--frozen--probe--fold0--seed0';
const PAPER: Datasets['protocols'][string] = {
  title: 'As in some paper',
  tier: 'paper',
  split: 'leave-patient-out',
  target: 'log1p-median',
  predict: { rule: 'hvg-union', flavour: 'seurat', size: 30 },
  sets: ['all'],
  setsDefinedOn: 'test',
  validation: { rule: 'random-spots', share: 0.2 },
  options: { probe: { topK: 7 } },
  note: 'Test.',
};

/** Tells what it was given in the reason of its failure. */
const TELLING = `
  const told = (slides) => slides.map((s) => [s.id, s.spots.ids.length, s.features.values.length, s.expression.values.length / data.genes.length]);
  throw new Error(JSON.stringify({ train: told(data.train), validation: told(data.validation), genes: data.genes, config: context.config }));`;

/** Tells which spots it was given, and whether each has its own patch on disk. */
const SEEING = `
  const own = [];
  for (const { id, spots, patches, patchStore } of [...data.train, ...data.validation]) {
    if (patchStore === undefined) continue;
    const rows = [...spots.ids.keys()];
    const [cut, stored] = [await patches.read(rows, { sizePx: 224 }), await patchStore.read(id, rows, 'patch')];
    own.push(Buffer.compare(cut, stored) === 0);
  }
  const ids = (slides) => slides.map(({ id, spots }) => [id, spots.ids]);
  const told = { train: ids(data.train), validation: ids(data.validation), own: own.length > 0 && own.every(Boolean) };
  throw new Error(JSON.stringify(told));`;
interface Seen {
  readonly train: readonly (readonly [string, readonly string[]])[];
  readonly validation: readonly (readonly [string, readonly string[]])[];
  readonly own: boolean;
}

function withPaper(workspace: Workspace, protocol: Partial<typeof PAPER> = {}): void {
  const path = join(workspace.root, 'datasets.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as Datasets;
  json.protocols['some-paper'] = { ...PAPER, ...protocol };
  json.datasets.tiny.optionalProtocols = ['some-paper'];
  json.datasets.tiny.options = { probe: { topK: 3, other: 1 } };
  writeFileSync(path, JSON.stringify(json));
}

async function run(protocol: Partial<typeof PAPER> = {}): Promise<{ workspace: Workspace; record: RunRecord }> {
  const workspace = await tinyWorkspace();
  open.push(workspace);
  withPaper(workspace, protocol);
  addMethod(workspace, 'probe', TELLING);
  return { workspace, record: await runCell(workspace, findCell(workspace, ID)) };
}

describe("a paper's protocol", () => {
  it('holds out spots of every training section, predicts the union of genes, and passes its options', async () => {
    const { workspace, record } = await run();
    const told = JSON.parse(record.reason!) as {
      train: unknown[];
      validation: unknown[];
      genes: string[];
      config: unknown;
    };
    // Patient A has sections A1 and A2; fold 0 tests them.
    expect(told.train).toEqual([
      ['C1', 24, 48, 24],
      ['B1', 24, 48, 24],
    ]);
    expect(told.validation).toEqual([
      ['C1', 6, 12, 6],
      ['B1', 6, 12, 6],
    ]);
    expect(told.config).toEqual({ topK: 7, other: 1 });
    const data = await openData(workspace, 'tiny');
    const { genes, fittedOn } = await unionPanel(data, { rule: 'hvg-union', flavour: 'seurat', size: 30 });
    expect(told.genes).toEqual(genes);
    expect(fittedOn).toEqual(['A1', 'A2', 'B1', 'C1']);
    const chosen = async (id: string): Promise<readonly string[]> =>
      highlyVariableGenes([{ id, counts: await readCounts(data, id) }], {
        flavour: 'seurat',
        topGenes: 30,
        scaleTo: 'median',
      }).chosen;
    const each = await Promise.all(['A1', 'A2', 'B1', 'C1'].map(chosen));
    expect(genes).toEqual([...new Set(each.flat())].sort());
    expect(genes.length).toBeLessThan(60);
  });

  it('holds out the same spots in both regimes; training sees nothing of them, nor of the test sections', async () => {
    const workspace = await tinyWorkspace();
    open.push(workspace);
    withPaper(workspace);
    addMethod(workspace, 'probe', SEEING, 'method', undefined, []);
    await (await buildPatches(workspace, 'tiny', loadDatasets(workspace).datasets.tiny)).store.close();
    const seen = async (regime: string): Promise<Seen> => {
      const id = ID.replace('frozen', regime);
      return JSON.parse((await runCell(workspace, findCell(workspace, id))).reason!) as Seen;
    };
    const [frozen, finetune] = [await seen('frozen'), await seen('finetune-scratch')];
    expect(finetune).toEqual({ ...frozen, own: true });
    const ids = (slides: readonly (readonly [string, readonly string[]])[]): string[] =>
      slides.flatMap(([section, spots]) => spots.map((spot) => `${section} ${spot}`));
    const [train, validation] = [ids(frozen.train), ids(frozen.validation)];
    expect(new Set([...train, ...validation]).size).toBe(60);
    expect([train.length, validation.length]).toEqual([48, 12]);
    expect([...train, ...validation].filter((spot) => spot.startsWith('A'))).toEqual([]);
  });

  it('does not run without its gene list, and says how to supply one that is not public', async () => {
    const predict = { file: 'panels/some-list.json', sha256: null, source: '685 genes in a pickle' };
    const { workspace, record } = await run({ predict });
    expect(record.status).toBe('failed');
    expect(record.reason).toMatch(/protocol some-paper cannot run: no gene list, for it is not public as a list/);
    expect(record.reason).toContain('(panels/some-list.json: 685 genes in a pickle)');
    expect(record.reason).toMatch(/writes the names to .*raw\/panels\/some-list.json as a JSON list and its SHA-256/);
    expect(readFileSync(join(runFolder(workspace, ID), 'run.json'), 'utf8')).toContain(
      'protocols, some-paper, predict',
    );
  });
});
