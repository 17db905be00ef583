import { hashValue, isSpotbenchError, verifyArtefact, type ArtefactManifest } from '@spotbench/core';
import type { EngineRequest } from '@spotbench/engine';
import type { Datasets } from '../datasets/schema.ts';
import type { Cell } from '../plan/cell-id.ts';
import { definitionHashes } from '../plan/find-cell.ts';
import { stepsOfCell } from '../plan/steps.ts';
import type { TrainingRequest } from '../plan/training-request.ts';
import { findMethod, usesEngine, type MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { currentInputs, type CurrentInputs } from './current-inputs.ts';
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
  | {
      readonly kind: 'stale';
      readonly cell: Cell;
      readonly reason: string;
      readonly old: RunRecord;
      readonly changes: readonly InputChange[];
    }
  | { readonly kind: 'blocked' | 'missing' | 'damaged'; readonly cell: Cell; readonly reason: string };

/** An input that is not what it was when a record was made. */
export interface InputChange {
  readonly input: InputName;
  /** One sentence, e.g. `the code has changed since it was run`. */
  readonly reason: string;
  /** True when it is not there to be compared. */
  readonly absent?: true;
}

/** What a cell's numbers depend on. */
export type InputName =
  'code' | 'protocol' | 'config' | 'markers' | 'data' | 'features' | 'patches' | 'weights' | 'engine' | 'precision';

/** What a run is to compute on. */
export type AskedEngine = EngineRequest & Partial<TrainingRequest>;

/** What of a plan tells whether a record is still the record of that cell. */
interface Definitions {
  readonly definitions: Datasets;
  readonly methods: readonly MethodEntry[];
}

/** Looks at the stored records of a plan's cells, see `cellState`. */
export function cellStates(
  workspace: Workspace,
  plan: Definitions & { readonly cells: readonly Cell[] },
  engine?: AskedEngine,
  inputs: CurrentInputs = currentInputs(workspace),
): Promise<CellState[]> {
  return Promise.all(plan.cells.map((cell) => cellState(workspace, plan, cell, engine, inputs)));
}

/** Looks at each cell once, at those of `known` not at all. */
export function stateReader(
  workspace: Workspace,
  plan: Definitions,
  known: readonly CellState[] = [],
): (cell: Cell) => Promise<CellState> {
  const inputs = currentInputs(workspace);
  const states = new Map(known.map((state) => [state.cell.id, Promise.resolve(state)]));
  return (cell) => {
    const state = states.get(cell.id) ?? cellState(workspace, plan, cell, undefined, inputs);
    states.set(cell.id, state);
    return state;
  };
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
  inputs: CurrentInputs = currentInputs(workspace),
): Promise<CellState> {
  const folder = runFolder(workspace, cell.id);
  const method = findMethod(plan.methods, cell.method);
  const blocked = await failureOf(workspace, stepsOfCell(cell, method));
  if (blocked !== undefined) return { kind: 'blocked', cell, reason: blocked };
  try {
    const manifest = await verifyArtefact(folder, RUN_KIND);
    const record = await readRunRecord(folder, manifest);
    const changes = [
      ...otherEngine(method, record, engine),
      ...(await changesSince(plan.definitions, cell, method, record, inputs)),
    ];
    if (changes.length > 0) return { kind: 'stale', cell, reason: changes[0].reason, old: record, changes };
    if (record.status === 'ok') return { kind: 'ok', cell, record, manifest, reason: '' };
    return { kind: 'failed', cell, record, reason: record.reason ?? record.status };
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data')) return { kind: 'missing', cell, reason: 'not run' };
    if (isSpotbenchError(error, 'damaged-artefact')) return { kind: 'damaged', cell, reason: error.message };
    throw error;
  }
}

/** Methods without the engine package compute the same anywhere. */
function otherEngine(method: MethodEntry, record: RunRecord, asked: AskedEngine | undefined): InputChange[] {
  if (asked === undefined || !usesEngine(method)) return [];
  const { precision = record.precision, smallerBatch = true } = asked;
  const changes: InputChange[] = [];
  const add = (input: InputName, reason: string): number => changes.push({ input, reason });
  if (record.precision !== precision) add('precision', `it was run in ${record.precision}, not in ${precision}`);
  if (!smallerBatch && record.command.includes(' --smaller-batch'))
    add('config', 'it was run with --smaller-batch, which may have changed its batch');
  if (record.engine !== asked.engine || record.device !== asked.device)
    add('engine', `it was run on ${record.engine}/${record.device}, not on ${asked.engine}/${asked.device}`);
  return changes;
}

async function changesSince(
  definitions: Datasets,
  cell: Cell,
  method: MethodEntry,
  record: RunRecord,
  inputs: CurrentInputs,
): Promise<InputChange[]> {
  const protocol = definitions.protocols[cell.protocol];
  const dataset = definitions.datasets[cell.dataset];
  const { optionsHash, markersHash } = definitionHashes({ cell, dataset, protocol });
  const [data, images] = await Promise.all([inputs.data(cell.dataset), inputs.images(cell, method)]);
  const ok = record.status === 'ok';
  const changes: InputChange[] = [];
  /** A record that failed early names less: what it does not name has not changed. */
  const compare = (input: InputName, what: string, then: string | null | undefined, now: string | null): void => {
    if (then === now || then === undefined || (then === null && input !== 'weights')) return;
    changes.push({ input, reason: `${what} changed since it was run` });
  };
  compare('code', 'the code has', record.codeHash, inputs.code(method).hash);
  compare('protocol', 'the protocol has', record.protocolHash, hashValue(protocol));
  compare('config', "the method's options in datasets.json have", record.optionsHash, optionsHash);
  compare('markers', "the data set's markers in datasets.json have", record.markersHash, markersHash);
  if (data === undefined || images === undefined) {
    const input = data === undefined ? 'data' : cell.regime === 'finetune' ? 'patches' : 'features';
    if (ok) changes.push({ input, reason: 'the data it was run on cannot be read now', absent: true });
    return changes;
  }
  compare('data', 'the data has', record.datasetHash, data);
  compare('features', 'the features have', record.featuresHash, images.featuresHash);
  compare('patches', 'the patches have', record.patchesHash, images.patchesHash);
  if (ok) compare('weights', 'the pretrained weights have', record.weightsHash, images.weightsHash);
  return changes;
}
