import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hashValue,
  isSpotbenchError,
  SpotbenchError,
  monotonicMs,
  nowIso,
  writeArtefact,
  type Progress,
} from '@spotbench/core';
import type { EngineRequest } from '@spotbench/engine';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { openData, type DataArtefact } from '../data/data-artefact.ts';
import { splitNameOf } from '../datasets/split-name.ts';
import { isOnnxCpu } from '../plan/engine-request.ts';
import { keepModel } from '../models/model-artefact.ts';
import { definitionHashes, optionsOf, type CellContext } from '../plan/find-cell.ts';
import { cellProgressWriter, describeProgress } from '../progress/cell-progress.ts';
import { codeHash, codeOf } from '../registry/code-hash.ts';
import { loadMethod, type LoadedMethod } from '../registry/load-method.ts';
import { usesEngine, type MethodEntry } from '../registry/methods.ts';
import { RUN_KIND, runRecordJson } from '../results/run-artefact.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import { gitState } from '../workspace/git.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { threadsFromEnvironment } from '../plan/threads.ts';
import { trainingOptions, type TrainingRequest } from '../plan/training-request.ts';
import { fitAndPredict } from './fit-predict.ts';
import { panelsHash } from './gene-sets.ts';
import { openImageInputs, type ImageInputs } from './image-inputs.ts';
import { loadFold } from './load-fold.ts';
import { predictionFiles } from './predictions.ts';
import { scoreFiles } from './score-files.ts';
import { scoreFold } from './score-fold.ts';

type Files = Record<string, Uint8Array | string>;
type OnProgress = (done: number, total: number, what: string) => void;
type OnStage = (stage: 'fit' | 'predict' | 'score', section?: string, progress?: Progress) => void;

/** What a cell reads, open. */
interface Opened {
  readonly data: DataArtefact;
  readonly image: ImageInputs;
}

/** How a cell is run. */
export interface CellOptions {
  /** `auto` for what is not given. */
  readonly engine?: EngineRequest;
  /** float32 and the configured batch where absent. */
  readonly training?: TrainingRequest;
  /** Keeps the fitted state, where the method has one: see models/model-artefact.ts. */
  readonly save?: boolean;
  readonly onProgress?: OnProgress;
}

/**
 * Runs one cell and leaves its record: run.json, predictions, scores, summary and loss curve in one artefact. Whatever goes
 * wrong ends in a record with status `failed` and the reason, never in a missing row.
 */
export async function runCell(
  workspace: Workspace,
  context: CellContext,
  options: CellOptions = {},
): Promise<RunRecord> {
  const { engine = { engine: 'auto', device: 'auto' }, training = PLAIN_TRAINING, save = false } = options;
  const { cell } = context;
  const watch = cellProgressWriter(workspace, cell.id);
  const draft = startRecord(workspace, context);
  let files: Files = {};
  try {
    await describeEngine(draft, context.method, engine);
    if (usesEngine(context.method)) {
      draft.precision = training.precision;
      draft.command += trainingOptions(training);
    }
    files = await work(workspace, context, draft, { training, save }, (stage, section, progress) => {
      watch.update({ stage, section, progress });
      options.onProgress?.(...stepsDone(progress), describeProgress({ stage, section, progress }));
    });
    draft.status = 'ok';
  } catch (error) {
    draft.status = 'failed';
    draft.reason = oneLine(error);
    draft.logTail = logTail(error);
  } finally {
    watch.end();
  }
  draft.peakMemoryMb = Math.round(process.resourceUsage().maxRSS / 1024);
  await writeArtefact(
    runFolder(workspace, cell.id),
    RUN_KIND,
    { cell: cell.id },
    { 'run.json': runRecordJson(draft), ...files },
  );
  return draft;
}

const PLAIN_TRAINING: TrainingRequest = { precision: 'float32', smallerBatch: false };

/** Steps done and all steps of a fit, so that the time left is told from the first step of a long epoch on. */
function stepsDone({ epoch = 1, epochs = 1, step = 0, steps = 1 }: Partial<Progress> = {}): [number, number] {
  return [(epoch - 1) * steps + step, epochs * steps];
}

async function work(
  workspace: Workspace,
  context: CellContext,
  draft: Draft,
  { training, save }: Required<Pick<CellOptions, 'training' | 'save'>>,
  onProgress: OnStage,
): Promise<Files> {
  const { cell } = context;
  const data = await openData(workspace, cell.dataset);
  draft.datasetHash = data.manifest.hash;
  const image = await openImageInputs(workspace, cell, context.method);
  Object.assign(draft, image.hashes);
  try {
    return await fitAndScore(workspace, context, draft, { data, image, training, save }, onProgress);
  } finally {
    await image.patchStore?.close();
  }
}

/** What of a cell's work needs its inputs open. */
async function fitAndScore(
  workspace: Workspace,
  context: CellContext,
  draft: Draft,
  { data, image, training, save }: Opened & Required<Pick<CellOptions, 'training' | 'save'>>,
  onProgress: OnStage,
): Promise<Files> {
  const { cell, protocol } = context;
  const method = await loadMethod(workspace, context.method);
  describeMethod(draft, method, optionsOf(context));
  const fold = await loadFold(workspace, context, data, image);
  Object.assign(draft, {
    splitHash: fold.splitHash,
    heldOut: fold.fold.heldOut,
    panelId: fold.panels.all.name,
    panelHash: panelsHash(fold.panels),
  });

  const checkpointFolder = checkpointsOf(workspace, cell.id, draft);
  const { engine, device, config } = draft;
  const threads = threadsFromEnvironment();
  const fit = await fitAndPredict(method, cell, fold, {
    config,
    engine,
    device,
    threads,
    precision: training.precision,
    retryWithSmallerBatch: training.smallerBatch,
    pretrained: image.pretrained,
    checkpointFolder,
    onFitted: save ? (fitted) => keepModel(workspace, draft, fitted) : undefined,
    onProgress,
  });
  Object.assign(draft, { selectedBy: fit.selectedBy, params: fit.parameterCount });
  Object.assign(draft.durationsMs, { fit: Math.round(fit.fitMs), predict: Math.round(fit.predictMs) });

  const started = monotonicMs();
  const rows = await scoreFold(fold, fit.predictions, (section) => onProgress('score', section));
  draft.testEvaluations = 1;
  const scores = scoreFiles(cell, protocol, fold, rows);
  draft.durationsMs.score = Math.round(monotonicMs() - started);
  await rm(checkpointFolder, { recursive: true, force: true });
  return {
    ...predictionFiles(fit.predictions),
    ...scores,
    'curve.csv': curveCsv(fit.curve),
  };
}

/** A run record while it is being filled in. */
type Draft = { -readonly [K in keyof RunRecord]: RunRecord[K] };

function startRecord(workspace: Workspace, context: CellContext): Draft {
  const { cell, dataset, protocol, method } = context;
  return {
    schemaVersion: 1,
    cellId: cell.id,
    command: `npx spotbench cell ${cell.id}`,
    ...gitState(workspace.root),
    datasetId: cell.dataset,
    datasetHash: null,
    synthetic: dataset.synthetic,
    protocolId: cell.protocol,
    protocolHash: hashValue(protocol),
    splitId: splitNameOf(dataset, cell.protocol, protocol),
    splitHash: null,
    fold: cell.fold,
    heldOut: null,
    panelId: null,
    panelHash: null,
    regime: cell.regime,
    encoder: cell.encoder,
    featuresHash: null,
    featureHashes: {},
    methodId: cell.method,
    methodTitle: cell.method,
    methodVersion: '',
    methodKind: method.kind,
    paper: null,
    codeHash: codeHash(workspace, codeOf(method)),
    patchesHash: null,
    weightsHash: null,
    configHash: null,
    config: null,
    ...definitionHashes(context),
    seed: cell.seed,
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    status: 'failed',
    reason: null,
    logTail: [],
    startedAt: nowIso(),
    durationsMs: { fit: 0, predict: 0, score: 0 },
    peakMemoryMb: 0,
    params: null,
    selectedBy: null,
    testEvaluations: 0,
    runtime: { node: process.version, platform: process.platform, arch: process.arch },
  };
}

/**
 * Notes the engine in the record, and in the command that runs the cell again where it is not the default. A method that does
 * not depend on the engine computes the same anywhere, and its cell does not load what it does not need.
 */
async function describeEngine(draft: Draft, method: MethodEntry, request: EngineRequest): Promise<void> {
  if (!usesEngine(method)) {
    draft.engineReason = 'the method uses no engine';
    return;
  }
  const { chooseEngine } = await import('@spotbench/engine');
  const { engine, device, reason } = await chooseEngine(request);
  Object.assign(draft, { engine, device, engineReason: reason });
  if (!isOnnxCpu({ engine, device })) draft.command += ` --engine ${engine} --device ${device}`;
}

function describeMethod(draft: Draft, method: LoadedMethod, options: Readonly<Record<string, unknown>>): void {
  const parsed = method.configSchema.safeParse(options);
  if (!parsed.success) {
    const what = z.prettifyError(parsed.error).replaceAll('\n', ' ');
    throw new SpotbenchError('bad-config', `datasets.json, ${draft.datasetId}, options of ${method.name}: ${what}`);
  }
  const config = parsed.data;
  Object.assign(draft, {
    methodTitle: method.title,
    methodVersion: method.version,
    paper: method.paper ?? null,
    config,
    configHash: hashValue(config),
  });
}

/** Checkpoints belong to a cell of exactly this code, data and configuration; others are never resumed from. */
function checkpointsOf(workspace: Workspace, id: string, draft: Draft): string {
  const identity = hashValue([
    draft.codeHash,
    draft.datasetHash,
    draft.featuresHash,
    draft.patchesHash,
    draft.weightsHash,
    draft.splitHash,
    draft.panelHash,
    draft.configHash,
    draft.precision,
    draft.engine,
    draft.device,
  ]);
  return join(workspace.store, 'checkpoints', `${id}-${identity.slice(0, 16)}`);
}

function curveCsv(curve: readonly Progress[]): string {
  const terms = [...new Set(curve.flatMap((p) => Object.keys(p.terms ?? {})))];
  const records = curve.map(({ epoch, loss, terms: values = {} }) => ({ epoch, loss, ...values }));
  return stringify(records, { header: true, columns: ['epoch', 'loss', ...terms] });
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}

/** What a person needs to find the fault: the message, and the stack where the error is not one of ours. */
function logTail(error: unknown): string[] {
  const text =
    error instanceof Error ? (isSpotbenchError(error) ? error.message : (error.stack ?? error.message)) : String(error);
  return text.split('\n').slice(0, 30);
}
