import { existsSync } from 'node:fs';
import { featureView, lookUp } from '@spotbench/core';
import type { EngineRequest } from '@spotbench/engine';
import { buildData } from '../data/build-data.ts';
import { loadDatasets } from '../datasets/load.ts';
import { buildFeatures } from '../features/build-features.ts';
import { featuresStep } from '../features/features-folder.ts';
import { withLock } from '../locks/store-lock.ts';
import { modelFolder } from '../models/model-artefact.ts';
import { findCell } from '../plan/find-cell.ts';
import type { TrainingRequest } from '../plan/training-request.ts';
import { createProgressBar } from '../progress/progress-bar.ts';
import type { RunRecord } from '../results/run-record.ts';
import { runStep } from '../results/step-failure.ts';
import { findWorkspace } from '../workspace/workspace.ts';

/** Reads a data set into the store and says what was read. */
export async function readDataset(id: string, json: boolean): Promise<void> {
  const workspace = findWorkspace();
  const entry = lookUp('data set', id, loadDatasets(workspace).datasets);
  const bar = createProgressBar(`data ${id}`);
  try {
    const { data, reused } = await runStep(workspace, `data--${id}`, () =>
      buildData(workspace, id, entry, (done, total, what) => bar.update(done, total, what)),
    );
    const { meta, manifest } = data;
    const spots = meta.sections.reduce((sum, s) => sum + s.spotCount, 0);
    const summary = {
      dataset: id,
      sections: meta.sections.length,
      missing: meta.missing.length,
      spots,
      hash: manifest.hash,
      reused,
    };
    bar.stop();
    process.stdout.write(
      json
        ? `${JSON.stringify(summary)}\n`
        : `${id}: ${summary.sections} of ${entry.sections.length} sections, ${spots} spots, ${reused ? 'unchanged' : 'read'} (${manifest.hash.slice(0, 12)})\n`,
    );
  } finally {
    bar.stop();
  }
}

/** Names of a data set, an encoder and a view, as they were typed. */
export interface FeaturesRequest {
  readonly dataset: string;
  readonly encoder: string;
  readonly view: string;
}

/** Computes a data set's features under an encoder in one view and says what was computed. */
export async function computeFeatures({ dataset, encoder, view }: FeaturesRequest, json: boolean): Promise<void> {
  const workspace = findWorkspace();
  const entry = lookUp('data set', dataset, loadDatasets(workspace).datasets);
  const place = { dataset, encoder, view: featureView(view) };
  const bar = createProgressBar(featuresStep(place).replaceAll('--', ' '));
  try {
    const { features, reused } = await runStep(workspace, featuresStep(place), () =>
      buildFeatures(workspace, place, entry, (done, total, what) => bar.update(done, total, `section ${what}`)),
    );
    const spots = Object.values(features.meta.sections).reduce((a, b) => a + b, 0);
    const summary = { ...place, spots, features: features.meta.names.length, hash: features.manifest.hash, reused };
    bar.stop();
    process.stdout.write(
      json
        ? `${JSON.stringify(summary)}\n`
        : `${dataset}: ${summary.features} ${encoder} features of ${spots} spots, view ${view}, ${reused ? 'unchanged' : 'computed'} (${summary.hash.slice(0, 12)})\n`,
    );
  } finally {
    bar.stop();
  }
}

/** How one cell is run and shown. */
export interface OneCellOptions {
  readonly json: boolean;
  readonly engine: EngineRequest;
  readonly training: TrainingRequest;
  readonly save: boolean;
}

/** Runs one cell of the plan. @returns the exit code: 0 when it has scores. */
export async function runOneCell(id: string, { json, engine, training, save }: OneCellOptions): Promise<number> {
  const workspace = findWorkspace();
  const context = findCell(workspace, id);
  const { runCell } = await import('../cell/run-cell.ts');
  if (engine.engine !== 'auto' || engine.device !== 'auto')
    (await import('@spotbench/engine')).checkEngineRequest(engine);
  const bar = createProgressBar(id);
  const run = (): Promise<RunRecord> =>
    runCell(workspace, context, {
      engine,
      training,
      save,
      onProgress: (done, total, what) => bar.update(done, total, what),
    });
  // Two at once would write the same checkpoints.
  const record = await withLock(workspace, `cell--${id}`, run, (pid) =>
    bar.update(0, 1, `waiting for process ${pid}`),
  ).finally(() => bar.stop());
  if (json) process.stdout.write(`${JSON.stringify(record)}\n`);
  else if (record.status === 'ok') process.stdout.write(`${id}: ok\n`);
  if (record.status !== 'ok') process.stderr.write(`spotbench: ${id}: ${record.status}: ${record.reason ?? ''}\n`);
  if (save && record.status === 'ok' && !existsSync(modelFolder(workspace, id))) {
    process.stderr.write(`spotbench: ${id}: ${record.methodId} has no fitted state to save; the scores are kept\n`);
    return 1;
  }
  return record.status === 'ok' ? 0 : 1;
}
