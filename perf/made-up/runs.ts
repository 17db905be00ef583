import { join } from 'node:path';
import { createRandom, verifyArtefact, writeArtefact } from '@spotbench/core';
import { loadDatasets, RUN_KIND, runFolder, workspaceAt, type Plan, type Workspace } from '@spotbench/bench';
import { scoresCsv, type ScoreRow } from '../../packages/bench/src/cell/scores.ts';
import { cellId, type Cell } from '../../packages/bench/src/plan/cell-id.ts';
import { REQUIRED_CONTROLS } from '../../packages/bench/src/report/controls.ts';
import type { CellState } from '../../packages/bench/src/results/cell-state.ts';
import { readRunRecord, runRecordJson } from '../../packages/bench/src/results/run-artefact.ts';
import type { RunRecord } from '../../packages/bench/src/results/run-record.ts';

/** The demo cohort's definition under other names; its methods are made up but for the controls. */
export function madeUpPlan(methods: number, datasets: number, seeds: number, patients: number): Plan {
  const definitions = loadDatasets(workspaceAt(join(import.meta.dirname, '..', '..')));
  const ids = Array.from({ length: datasets }, (_, d) => `cohort${d}`);
  const seedList = Array.from({ length: seeds }, (_, s) => s);
  const entry = { ...definitions.datasets.demo, seeds: seedList };
  const names = [
    ...REQUIRED_CONTROLS,
    ...Array.from({ length: methods - REQUIRED_CONTROLS.length }, (_, m) => `method${m}`),
  ];
  const entries = names.map((name, m) => {
    const kind = m < REQUIRED_CONTROLS.length ? ('control' as const) : ('method' as const);
    const place = { packageRoot: '', entry: '', alone: true, seeded: true, views: [], workspaceDependencies: [] };
    return { ...place, name, kind, finetune: undefined };
  });
  const cells = ids.flatMap((dataset) =>
    names.flatMap((method) =>
      seedList.flatMap((seed) =>
        Array.from({ length: patients }, (_, fold): Cell => {
          const cell = { dataset, protocol: 'patient-out', regime: 'frozen', encoder: 'handcrafted', method } as const;
          return { ...cell, fold, seed, id: cellId({ ...cell, fold, seed }) };
        }),
      ),
    ),
  );
  return {
    definitions: { ...definitions, datasets: Object.fromEntries(ids.map((id) => [id, entry])) },
    datasets: ids.map((id) => {
      return { id, entry, located: { id, root: '', present: [], missing: [] }, presence: 'ready', active: true };
    }),
    methods: entries,
    cells,
    skipped: [],
  };
}

const HASH = '0'.repeat(64);

export function geneNames(geneCount: number): string[] {
  return Array.from({ length: geneCount }, (_, g) => `G${String(g).padStart(5, '0')}`);
}

/** Genes of every set; the first hundred are those that a web report shows alone. */
export function setsOf(genes: readonly string[]): Record<string, readonly string[]> {
  return { marker: genes.slice(0, 11), 'HEG-50': genes.slice(20, 70), 'HVG-50': genes.slice(50, 100), all: genes };
}

/** Writes the run of a cell: its record, scores of so many genes in one section, and gene sets. */
export async function writeRun(workspace: Workspace, cell: Cell, geneCount: number): Promise<void> {
  const random = createRandom(1, cell.dataset, cell.method, cell.fold, cell.seed);
  const skill = 0.1 + 0.02 * (Number(/\d+$/.exec(cell.method)?.[0] ?? 0) % 10) + 0.05 * random.normal();
  const section = `S${cell.fold}`;
  const patient = `P${cell.fold}`;
  const genes = geneNames(geneCount);
  const rows = genes.map((gene): ScoreRow => {
    const pcc = Math.max(-1, Math.min(1, skill + 0.1 * random.normal()));
    const own = { nSpots: 400, pcc, spearman: pcc / 2, r2: pcc * pcc, mse: 1 - pcc, mae: 1 - pcc / 2 };
    const spread = { truthMean: 0.123456789012345, truthVar: 0.123456789012345, predVar: 0.123456789012345 };
    return { runId: cell.id, patient, section, gene, ...own, ...spread, undefined: null };
  });
  const files = {
    'run.json': runRecordJson(recordOf(cell)),
    'scores.csv': scoresCsv(rows),
    'sets.json': JSON.stringify({ schemaVersion: 1, sections: { [section]: setsOf(genes) } }),
  };
  await writeArtefact(runFolder(workspace, cell.id), RUN_KIND, { cell: cell.id }, files);
}

function recordOf(cell: Cell): RunRecord {
  return {
    ...{ schemaVersion: 1, cellId: cell.id, command: '', commit: null, dirty: false, synthetic: true, status: 'ok' },
    ...{ datasetId: cell.dataset, datasetHash: HASH, protocolId: cell.protocol, protocolHash: HASH },
    ...{ splitId: cell.protocol, splitHash: HASH, fold: cell.fold, heldOut: null, panelId: null, panelHash: HASH },
    ...{ regime: cell.regime, encoder: cell.encoder, featuresHash: HASH, featureHashes: { patch: HASH } },
    ...{ methodId: cell.method, methodTitle: cell.method, methodVersion: '1', methodKind: 'method', paper: null },
    ...{ codeHash: HASH, patchesHash: null, weightsHash: null, configHash: HASH, config: {}, seed: cell.seed },
    ...{ engine: 'none', device: 'cpu', precision: 'float32', reason: null, logTail: [] },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', durationsMs: { fit: 0, predict: 0, score: 0 }, peakMemoryMb: 0 },
    ...{ params: null, selectedBy: null, testEvaluations: 1, runtime: { node: '', platform: '', arch: '' } },
  };
}

/** As `cellState` finds it, less the comparison with today's code and data, which are made up here. */
export async function stateOf(workspace: Workspace, cell: Cell): Promise<CellState> {
  const folder = runFolder(workspace, cell.id);
  const manifest = await verifyArtefact(folder, RUN_KIND);
  return { kind: 'ok', cell, record: await readRunRecord(folder, manifest), manifest, reason: '' };
}
