import { hashValue, isSpotbenchError, verifyArtefact, type ArtefactManifest } from '@spotbench/core';
import type { EngineRequest } from '@spotbench/engine';
import { openData } from '../data/data-artefact.ts';
import type { Datasets } from '../datasets/schema.ts';
import { imageHashes, type ImageHashes } from '../cell/image-inputs.ts';
import { featuresOf } from '../features/cell-features.ts';
import { featuresStep } from '../features/features-folder.ts';
import type { Cell } from '../plan/cell-id.ts';
import type { TrainingRequest } from '../plan/training-request.ts';
import { codeHash, codeOf } from '../registry/code-hash.ts';
import { findMethod, usesEngine, type MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { RUN_KIND, readRunRecord } from './run-artefact.ts';
import { runFolder } from './run-folder.ts';
import { failureOf } from './step-failure.ts';
import type { RunRecord } from './run-record.ts';

/**
 * What there is of a cell: scores, a failure, nothing because a step before it failed (`blocked`), nothing at all, a damaged
 * record, or one of other code or data.
 */
export type CellState =
  | {
      readonly kind: 'ok';
      readonly cell: Cell;
      readonly record: RunRecord;
      readonly manifest: ArtefactManifest;
      readonly reason: '';
    }
  | { readonly kind: 'failed'; readonly cell: Cell; readonly record: RunRecord; readonly reason: string }
  | { readonly kind: 'blocked' | 'missing' | 'damaged' | 'stale'; readonly cell: Cell; readonly reason: string };

/** What a run is to compute on. */
export type AskedEngine = EngineRequest & Partial<Pick<TrainingRequest, 'precision'>>;

/** What of a plan tells whether a record is still the record of that cell. */
interface Definitions {
  readonly definitions: Datasets;
  readonly methods: readonly MethodEntry[];
}

/**
 * Looks at a cell's stored record: every file against its checksum, its hashes against today's code and data, and, where an
 * engine is given, what it was run on against that.
 */
export async function cellState(
  workspace: Workspace,
  plan: Definitions,
  cell: Cell,
  engine?: AskedEngine,
): Promise<CellState> {
  const folder = runFolder(workspace, cell.id);
  const method = findMethod(plan.methods, cell.method);
  const blocked = await failureOf(workspace, stepsOf(cell, method));
  if (blocked !== undefined) return { kind: 'blocked', cell, reason: blocked };
  try {
    const manifest = await verifyArtefact(folder, RUN_KIND);
    const record = await readRunRecord(folder, manifest);
    const stale =
      otherEngine(method, record, engine) ?? (await whyStale(workspace, plan.definitions, cell, method, record));
    if (stale !== undefined) return { kind: 'stale', cell, reason: stale };
    if (record.status === 'ok') return { kind: 'ok', cell, record, manifest, reason: '' };
    return { kind: 'failed', cell, record, reason: record.reason ?? record.status };
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data')) return { kind: 'missing', cell, reason: 'not run' };
    if (isSpotbenchError(error, 'damaged-artefact')) return { kind: 'damaged', cell, reason: error.message };
    throw error;
  }
}

/** The steps that a cell needs. */
function stepsOf(cell: Cell, method: MethodEntry): string[] {
  const images = cell.regime === 'finetune' ? [`patches--${cell.dataset}`] : featuresOf(cell, method).map(featuresStep);
  return [`data--${cell.dataset}`, ...images];
}

/** Methods without the engine package compute the same anywhere. */
function otherEngine(method: MethodEntry, record: RunRecord, asked: AskedEngine | undefined): string | undefined {
  if (asked === undefined || !usesEngine(method)) return undefined;
  const { precision = record.precision } = asked;
  if (record.precision !== precision) return `it was run in ${record.precision}, not in ${precision}`;
  if (record.engine === asked.engine && record.device === asked.device) return undefined;
  return `it was run on ${record.engine}/${record.device}, not on ${asked.engine}/${asked.device}`;
}

async function whyStale(
  workspace: Workspace,
  definitions: Datasets,
  cell: Cell,
  method: MethodEntry,
  record: RunRecord,
): Promise<string | undefined> {
  if (record.codeHash !== memoised(workspace, method)) return 'the code has changed since it was run';
  if (record.protocolHash !== hashValue(definitions.protocols[cell.protocol]))
    return 'the protocol has changed since it was run';
  const hashes = await currentHashes(workspace, cell, method);
  if (hashes === undefined) return record.status === 'ok' ? 'the data it was run on cannot be read now' : undefined;
  if (record.datasetHash !== null && record.datasetHash !== hashes.data) return 'the data has changed since it was run';
  if (record.featuresHash !== null && record.featuresHash !== hashes.featuresHash)
    return 'the features have changed since it was run';
  if (record.patchesHash !== null && record.patchesHash !== hashes.patchesHash)
    return 'the patches have changed since it was run';
  if (record.status === 'ok' && record.weightsHash !== hashes.weightsHash)
    return 'the pretrained weights have changed since it was run';
  return undefined;
}

async function currentHashes(
  workspace: Workspace,
  cell: Cell,
  method: MethodEntry,
): Promise<({ data: string } & ImageHashes) | undefined> {
  try {
    const data = (await openData(workspace, cell.dataset)).manifest.hash;
    return { data, ...(await imageHashes(workspace, cell, method)) };
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}

/** Hashing a package's source once per process is enough: cells of one method share it. */
const codeHashes = new Map<string, string>();
function memoised(workspace: Workspace, method: MethodEntry): string {
  const key = `${workspace.root}\0${method.name}`;
  const hash = codeHashes.get(key) ?? codeHash(workspace, codeOf(method));
  codeHashes.set(key, hash);
  return hash;
}
