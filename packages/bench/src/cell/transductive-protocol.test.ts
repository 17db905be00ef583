import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitTarget, harmonyTransform, hashFile } from '@spotbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildData } from '../data/build-data.ts';
import { openData, readCounts, readGenes, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { loadDatasets } from '../datasets/load.ts';
import type { Datasets } from '../datasets/schema.ts';
import { buildFeatures } from '../features/build-features.ts';
import { findCell } from '../plan/find-cell.ts';
import { runFolder } from '../results/run-folder.ts';
import { addMethod, removeWorkspace } from '../testing/tiny-workspace.ts';
import { findWorkspace, workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { runCell } from './run-cell.ts';
import { truthOf } from './truth.ts';

/** The paper protocol of this repository, with a list of the demo cohort's genes and folds of its sections. */
const PAPER = 'mvitgene-paper';
const SECTIONS = ['L1', 'L2', 'L3'];
const PANEL_SIZE = 80;
/** Leaves the expression it was trained on in its checkpoint folder's workspace, and predicts the first feature. */
const KEEPING = `
  const { writeFileSync } = await import('node:fs');
  const kept = [...data.train, ...data.validation].map((s) => ({ id: s.id, ids: s.spots.ids, values: [...s.expression.values] }));
  writeFileSync(process.env.SPOTBENCH_TEST_KEPT, JSON.stringify(kept));
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict({ spots, features }) {
    const D = features.names.length;
    return Float32Array.from({ length: spots.ids.length * G }, (_, k) => features.values[D * Math.floor(k / G)]);
  } };`;

let workspace: Workspace;
let data: DataArtefact;
let genes: string[];

const idOf = (protocol: string): string => `demo-visium--${protocol}--frozen--probe--fold0--seed0`;

/** A workspace with the Visium demo cohort, read, with features, and with the paper protocol on it. */
beforeAll(async () => {
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-transductive-')));
  process.env.SPOTBENCH_TEST_KEPT = join(workspace.root, 'kept.json');
  writeFileSync(join(workspace.root, 'nx.json'), '{}');
  mkdirSync(join(workspace.root, 'packages', 'bench'), { recursive: true });
  writeFileSync(join(workspace.root, 'packages', 'bench', 'package.json'), JSON.stringify({ name: 'bench' }));
  addMethod(workspace, 'probe', KEEPING);
  const definitions = loadDatasets(findWorkspace(import.meta.dirname));
  const cohort = definitions.datasets['demo-visium'];
  write(definitions, cohort, null);
  await buildData(workspace, 'demo-visium', loadDatasets(workspace).datasets['demo-visium']);
  data = await openData(workspace, 'demo-visium');
  genes = (await readGenes(data, 'L1')).slice(0, PANEL_SIZE);
  const panel = join(workspace.store, 'raw', 'panels', 'demo.json');
  mkdirSync(join(panel, '..'), { recursive: true });
  writeFileSync(panel, JSON.stringify(genes));
  write(definitions, cohort, await hashFile(panel));
  const place = { dataset: 'demo-visium', encoder: 'handcrafted', view: 'patch' } as const;
  await buildFeatures(workspace, place, cohort);
}, 180_000);

afterAll(() => removeWorkspace(workspace));

function write({ protocols }: Datasets, cohort: Datasets['datasets'][string], sha256: string | null): void {
  const folds = [{ heldOut: 'L3', train: ['L1', 'L2'], validation: [], test: ['L3'] }];
  const json = {
    schemaVersion: 1,
    protocols: {
      'patient-out': { ...protocols['patient-out'], predict: { rule: 'hvg-variance', size: PANEL_SIZE } },
      [PAPER]: { ...protocols[PAPER], predict: { file: 'panels/demo.json', sha256, source: 'test' }, options: {} },
    },
    datasets: {
      'demo-visium': { ...cohort, options: {}, optionalProtocols: [PAPER], splits: { [PAPER]: { folds } } },
    },
  };
  writeFileSync(join(workspace.root, 'datasets.json'), JSON.stringify(json));
}

interface Kept {
  readonly id: string;
  readonly ids: readonly string[];
  readonly values: readonly number[];
}
/** Runs the cell and reads what it was trained on. */
async function run(protocol: string): Promise<{ kept: Kept[]; file: (name: string) => string }> {
  const record = await runCell(workspace, findCell(workspace, idOf(protocol)));
  expect(record.reason).toBeNull();
  const kept = JSON.parse(readFileSync(process.env.SPOTBENCH_TEST_KEPT!, 'utf8')) as Kept[];
  return { kept, file: (name) => readFileSync(join(runFolder(workspace, idOf(protocol)), name), 'utf8') };
}

/** The correction as the paper has it, put together here: every section to its median, log1p, and Harmony over all of them. */
async function corrected(): Promise<{ plain: Map<string, Float32Array>; values: Map<string, Float32Array> }> {
  const target = fitTarget('log1p-median', genes, []);
  const sections = await Promise.all(
    SECTIONS.map(async (id) => ({ id, expression: target.apply(await readCounts(data, id)) })),
  );
  const { values } = harmonyTransform({ seed: 0 }).correctAll(sections, { protocol: PAPER, tier: 'paper' });
  return {
    plain: new Map(sections.map(({ id, expression }) => [id, expression.values])),
    values: new Map(SECTIONS.map((id, s) => [id, values[s]])),
  };
}

/** Mean and variance (of the N spots) of one gene. */
function momentsOf(values: Float32Array, gene: number): { mean: number; variance: number } {
  const column = Array.from({ length: values.length / PANEL_SIZE }, (_, i) => values[i * PANEL_SIZE + gene]);
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  return { mean, variance: column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length };
}

describe("the liver paper's protocol on a Visium cohort", () => {
  it('trains and scores on the expression that Harmony made of all sections, test section included', async () => {
    const { kept, file } = await run(PAPER);
    const { plain, values } = await corrected();
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(['L1', 'L2']));
    for (const { id, ids, values: trained } of kept) {
      const all = (await readSpots(data, id)).ids.map((spot) => ids.indexOf(spot));
      all.forEach((row, i) => {
        if (row < 0) return;
        const ours = trained.slice(row * PANEL_SIZE, (row + 1) * PANEL_SIZE);
        expect(ours).toEqual([...values.get(id)!.subarray(i * PANEL_SIZE, (i + 1) * PANEL_SIZE)]);
      });
    }
    expect(await truthOf(workspace, data, idOf(PAPER), 'L3')).toEqual(values.get('L3'));
    const [header, ...lines] = file('scores.csv')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const column = (name: string): number => header.indexOf(name);
    expect(lines).toHaveLength(PANEL_SIZE);
    for (const line of lines) {
      const gene = genes.indexOf(line[column('gene')]);
      const { mean } = momentsOf(values.get('L3')!, gene);
      expect(Number(line[column('truthMean')])).toBeCloseTo(mean, 5);
    }
    const moved = genes.filter((_, g) => {
      const [before, after] = [plain, values].map((of) => momentsOf(of.get('L3')!, g).mean);
      return Math.abs(before - after) > 0.01;
    });
    expect(moved.length).toBeGreaterThan(PANEL_SIZE / 2);
    expect(JSON.parse(file('summary.json'))).toMatchObject({
      paper: { averaging: expect.stringMatching(/mean over sections$/) as string },
    });
    expect(JSON.parse(file('sets.json'))).toMatchObject({
      correction: { name: 'harmony', transductive: true, fittedOn: SECTIONS },
    });
  });

  it('computes the correction once, and again when it is damaged', async () => {
    await run(PAPER);
    const store = join(workspace.store, 'corrected');
    const [folder] = readdirSync(store);
    const file = join(store, folder, 'L3.f32');
    const good = readFileSync(file);
    const manifest = readFileSync(join(store, folder, 'manifest.json'));
    writeFileSync(file, good.subarray(4));
    await run(PAPER);
    expect(readdirSync(store)).toEqual([folder]);
    expect(readFileSync(file)).toEqual(good);
    expect(readFileSync(join(store, folder, 'manifest.json'))).toEqual(manifest);
  });

  it('leaves patient-out as it is: each section alone, nothing corrected, nothing of the test section', async () => {
    const { kept, file } = await run('patient-out');
    const sets = JSON.parse(file('sets.json')) as { panels: { all: { genes: string[] } }; correction?: unknown };
    expect(sets.correction).toBeUndefined();
    const target = fitTarget('log1p-10k', sets.panels.all.genes, []);
    for (const { id, values } of kept) {
      expect(id).not.toBe('L1');
      expect(values).toEqual([...target.apply(await readCounts(data, id)).values]);
    }
  });

  it('is refused to every protocol that is not of tier paper', async () => {
    const path = join(workspace.root, 'datasets.json');
    const before = readFileSync(path, 'utf8');
    const json = JSON.parse(before) as Datasets;
    json.protocols['patient-out'].transform = json.protocols[PAPER].transform;
    writeFileSync(path, JSON.stringify(json));
    expect(() => findCell(workspace, idOf('patient-out'))).toThrow(
      /harmony uses test expression: tier must be "paper"/,
    );
    writeFileSync(path, before);
    const context = findCell(workspace, idOf('patient-out'));
    const { transform } = json.protocols[PAPER];
    const record = await runCell(workspace, { ...context, protocol: { ...context.protocol, transform } });
    expect(record.reason).toMatch(/protocol patient-out: harmony sees the expression of test sections/);
  });
});
