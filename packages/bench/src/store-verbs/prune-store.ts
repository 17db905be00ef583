import { rm } from 'node:fs/promises';
import { isSpotbenchError, nowIso, readManifest } from '@spotbench/core';
import { isAlive, isStale } from '../locks/store-lock.ts';
import { isModelOf, MODEL_KIND } from '../models/model-artefact.ts';
import { loadDatasets } from '../datasets/load.ts';
import { cellFinder } from '../plan/find-cell.ts';
import { discoverMethods } from '../registry/methods.ts';
import { cellState, type CellState } from '../results/cell-state.ts';
import { currentInputs } from '../results/current-inputs.ts';
import { codeOfKept, standingsCode } from '../report/kept-standings.ts';
import { RUN_KIND, readRunRecord } from '../results/run-artefact.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { storeEntries, temporaryEntries, type StoreEntry } from './store-entries.ts';

/** Something that nothing will read again, and why. */
export interface Prunable extends Pick<StoreEntry, 'path' | 'bytes'> {
  /** What it is, e.g. `stale records`. */
  readonly what: string;
  readonly name: string;
  readonly reason: string;
}

/** Checkpoints of cells that never finished are kept this long. */
const CHECKPOINT_DAYS = 14;
/** What is being written changes more often than this. */
const WRITING_MS = 10 * 60_000;

/** Everything in a store that nothing will read again. Deletes nothing. */
export async function findPrunable(workspace: Workspace): Promise<Prunable[]> {
  const entries = storeEntries(workspace);
  const of = (kind: StoreEntry['kind']): StoreEntry[] => entries.filter((entry) => entry.kind === kind);
  const states = await statesOf(workspace, of('runs'));
  return [
    ...staleRecords(of('runs'), states),
    ...(await orphanModels(of('models'), states)),
    ...oldCheckpoints(of('checkpoints'), states),
    ...orphanSimilarities(of('similarities'), states),
    ...(await oldStandings(workspace, of('standings'))),
    ...(await unusedCode(
      of('code'),
      of('runs').filter(({ name }) => whyUseless(states.get(name)) === undefined),
    )),
    ...(await staleLocks(of('locks'))),
    ...leftTemporaries(workspace),
  ];
}

/** Deletes them. */
export async function prune(found: readonly Prunable[]): Promise<void> {
  for (const { path } of found) await rm(path, { recursive: true, force: true });
}

/** The state of each record; of one whose cell is not defined any more the reason. */
type States = ReadonlyMap<string, CellState | string>;

async function statesOf(workspace: Workspace, runs: readonly StoreEntry[]): Promise<States> {
  const plan = { definitions: loadDatasets(workspace), methods: discoverMethods(workspace) };
  const inputs = currentInputs(workspace);
  const find = cellFinder(workspace);
  const stateOf = async (id: string): Promise<CellState | string> => {
    try {
      return await cellState(workspace, plan, find(id).cell, undefined, inputs);
    } catch (error) {
      if (isSpotbenchError(error, 'unknown-name', 'bad-config')) return error.message;
      throw error;
    }
  };
  return new Map(await Promise.all(runs.map(async ({ name }) => [name, await stateOf(name)] as const)));
}

function staleRecords(runs: readonly StoreEntry[], states: States): Prunable[] {
  return runs.flatMap(({ name, path, bytes }) => {
    const reason = whyUseless(states.get(name));
    return reason === undefined ? [] : [{ what: 'stale records', name, path, bytes, reason }];
  });
}

/** Why a record will not be read again. One whose data is only not here now is kept. */
function whyUseless(state: CellState | string | undefined): string | undefined {
  if (typeof state === 'string') return state;
  if (state?.kind === 'damaged') return state.reason;
  return state?.kind === 'stale' ? state.changes.find(({ absent }) => absent !== true)?.reason : undefined;
}

/** Whether a record is there and stays: then so does what was made with it. */
function stays(state: CellState | string | undefined): boolean {
  return (
    typeof state === 'object' && state.kind !== 'missing' && state.kind !== 'failed' && whyUseless(state) === undefined
  );
}

async function orphanModels(models: readonly StoreEntry[], states: States): Promise<Prunable[]> {
  const found: Prunable[] = [];
  for (const { name, path, bytes } of models) {
    const state = states.get(name);
    if (typeof state === 'object' && state.kind !== 'ok' && stays(state)) continue;
    const record = typeof state === 'object' && state.kind === 'ok' ? state.record : undefined;
    const manifest = await readManifest(path, MODEL_KIND).catch(() => undefined);
    const reason =
      manifest === undefined
        ? 'it is damaged'
        : record === undefined
          ? 'its cell has no current record'
          : isModelOf(record, manifest)
            ? undefined
            : 'its cell was run again since';
    if (reason !== undefined) found.push({ what: 'models without their run', name, path, bytes, reason });
  }
  return found;
}

function oldCheckpoints(checkpoints: readonly StoreEntry[], states: States): Prunable[] {
  return checkpoints.flatMap(({ name, path, bytes, writtenMs }) => {
    // <cell>-<16 digits of what it was trained with>
    const state = states.get(name.slice(0, -17));
    const done = typeof state === 'object' && state.kind === 'ok';
    const old = ageMs(writtenMs) > CHECKPOINT_DAYS * 24 * 3_600_000;
    if (!done && !old) return [];
    const reason = done ? 'its cell is finished' : `older than ${CHECKPOINT_DAYS} days`;
    return [{ what: 'old checkpoints', name, path, bytes, reason }];
  });
}

function orphanSimilarities(files: readonly StoreEntry[], states: States): Prunable[] {
  return files.flatMap(({ name, path, bytes }) => {
    const state = states.get(name.replace(/\.json$/, ''));
    if (stays(state)) return [];
    return [{ what: 'similarities without their run', name, path, bytes, reason: 'its cell has no current record' }];
  });
}

async function oldStandings(workspace: Workspace, kept: readonly StoreEntry[]): Promise<Prunable[]> {
  const code = standingsCode(workspace);
  const found: Prunable[] = [];
  for (const { name, path, bytes } of kept) {
    const then = await codeOfKept(path).catch(() => undefined);
    if (then === code) continue;
    const reason = then === undefined ? 'it is damaged' : 'it was computed by other code';
    found.push({ what: 'old standings', name, path, bytes, reason });
  }
  return found;
}

async function unusedCode(lists: readonly StoreEntry[], runs: readonly StoreEntry[]): Promise<Prunable[]> {
  const used = new Set<string>();
  for (const { path } of runs) {
    const record = await readManifest(path, RUN_KIND)
      .then((manifest) => readRunRecord(path, manifest))
      .catch(() => undefined);
    if (record !== undefined) used.add(`${record.codeHash}.json`);
  }
  return lists
    .filter(({ name }) => !used.has(name))
    .map(({ name, path, bytes }) => ({
      what: 'lists of code',
      name,
      path,
      bytes,
      reason: 'no record was made with that code',
    }));
}

async function staleLocks(locks: readonly StoreEntry[]): Promise<Prunable[]> {
  const found: Prunable[] = [];
  for (const { name, path, bytes } of locks)
    if (await isStale(path)) found.push({ what: 'stale locks', name, path, bytes, reason: 'its process is gone' });
  return found;
}

function leftTemporaries(workspace: Workspace): Prunable[] {
  return temporaryEntries(workspace)
    .filter(({ pid, writtenMs }) => !isAlive(pid) && ageMs(writtenMs) > WRITING_MS)
    .map(({ name, path, bytes, pid }) => ({
      what: 'half-written files',
      name,
      path,
      bytes,
      reason: `process ${pid} is gone`,
    }));
}

/** How long ago that was. */
export function ageMs(writtenMs: number): number {
  return Date.parse(nowIso()) - writtenMs;
}
