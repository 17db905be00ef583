import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readArtefactFile, SpotbenchError, unknownName, type ArtefactManifest } from '@spotbench/core';
import { loadResults } from '../diff/load-results.ts';
import { SCRATCH, type Cell } from '../plan/cell-id.ts';
import { parseCellId } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import { cellOf } from '../publish/published-board.ts';
import { publishedCell } from '../publish/published-ranking.ts';
import { resultsFolder } from '../publish/publish.ts';
import { readRankings } from '../publish/tables.ts';
import { readFinished, type FinishedCell } from '../report/read-runs.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { addressText, type NumberAddress } from './address.ts';
import { tableValue } from './table-value.ts';

/** A cell with everything that numbers are derived from. */
export interface ExplainedCell {
  readonly finished: FinishedCell;
  readonly manifest: ArtefactManifest;
  /** Panels of the fold by set: rule, source and hash. */
  readonly panels: Readonly<Record<string, unknown>>;
}

/** Where results are taken from: what was run here, or what is committed. */
export interface ResultSource {
  /** In words, e.g. the folder. */
  readonly where: string;
  /** Ids of the cells that are there. */
  readonly ids: readonly string[];
  /**
   * Ids of every cell behind a number. @throws SpotbenchError `unknown-name` for a part of the address that is not there,
   * `missing-data` when one of the cells is not.
   */
  behind(address: NumberAddress): readonly string[];
  /** The number that tables show, of the cells behind it. */
  shown(address: NumberAddress, cells: readonly ExplainedCell[]): number | null;
  /** @throws SpotbenchError `damaged-artefact`; `bad-data` for a cell without scores, with its reason. */
  read(id: string): Promise<ExplainedCell>;
}

/** Cells in this machine's store, whatever code they were run by; behind a number are those of `part` that the plan has. */
export function storeSource(workspace: Workspace, part: Pick<Selection, 'folds' | 'seeds'> = {}): ResultSource {
  const where = join(workspace.store, 'runs');
  const ids = foldersIn(where).filter((name) => name.split('--').length === ID_PARTS);
  return {
    where,
    ids,
    behind(address) {
      const [first] = cellsNamed({ ids, where }, address);
      const planned = makePlan(workspace, { ...selectionOf(parseCellId(first)), ...part }).cells.map(({ id }) => id);
      const missing = planned.filter((id) => !ids.includes(id));
      if (planned.length === 0 || missing.length > 0) throw notWhole(address, planned, missing);
      return planned;
    },
    shown: tableValue,
    async read(id) {
      const run = await storedRun(workspace, id);
      if (run.record.status !== 'ok') throw withoutScores(id, run.record.reason);
      const cell = cellOf(run.record);
      const sets = await readArtefactFile(runFolder(workspace, id), run.manifest, 'sets.json');
      const { panels } = JSON.parse(sets.toString('utf8')) as Pick<ExplainedCell, 'panels'>;
      const finished = await readFinished(workspace, { kind: 'ok', cell, reason: '', ...run });
      return { finished, manifest: run.manifest, panels };
    },
  };
}

/** Cells that are committed under results/runs. */
export async function publishedSource(workspace: Workspace): Promise<ResultSource> {
  const results = resultsFolder(workspace);
  const where = join(results, 'runs');
  const rankings = await readRankings(where);
  const cells = new Map(
    rankings.flatMap((r) => r.runs.map((run) => [run.record.cellId, { ranking: r, run }] as const)),
  );
  const ids = [...cells.keys()].sort();
  return {
    where,
    ids,
    behind: (address) => cellsNamed({ ids, where }, address),
    shown: (address) => committedValue(results, address),
    read(id) {
      const { ranking, run } = cells.get(id)!;
      if (run.record.status !== 'ok') return Promise.reject(withoutScores(id, run.record.reason));
      const panels = ranking.sets[String(run.record.fold)].panels;
      return Promise.resolve({ finished: publishedCell(ranking, run.record), manifest: run.manifest, panels });
    },
  };
}

/** `<data set>--<protocol>--<regime>--<method>--fold<k>--seed<s>` */
const ID_PARTS = 6;
const NAMES = ['data set', 'protocol', 'regime', 'method'] as const;

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function withoutScores(id: string, reason: string | null): SpotbenchError {
  return new SpotbenchError('bad-data', `${id}: has no scores to explain: ${reason ?? 'it did not finish'}`);
}

/** The number in the committed leaderboard.json. @throws SpotbenchError `bad-data` where it shows none. */
function committedValue(results: string, address: NumberAddress): number | null {
  const { dataset, protocol, regime, method, set, metric } = address;
  const { rankings } = loadResults(results, results);
  const ranking = rankings.find((r) => r.dataset === dataset && r.protocol === protocol && r.regime === regime);
  const number = ranking?.rows.find((row) => row.method === method)?.scores[set]?.[metric];
  if (number !== undefined) return number.value;
  throw new SpotbenchError(
    'bad-data',
    `${addressText(address)}: ${results}/leaderboard.json shows no such number; npx spotbench publish --check compares it with the runs`,
  );
}

/** What selects the cells of a method that differ from this one in fold and seed alone. */
function selectionOf({ dataset, protocol, method, regime, encoder }: Cell): Selection {
  const variant = regime === 'frozen' ? { encoders: [encoder] } : { fromScratch: encoder === SCRATCH };
  return { datasets: [dataset], protocols: [protocol], methods: [method], regimes: [regime], ...variant };
}

const SHOWN = 3;

function notWhole(address: NumberAddress, planned: readonly string[], missing: readonly string[]): SpotbenchError {
  const names = missing.slice(0, SHOWN).join(', ') + (missing.length > SHOWN ? ', ...' : '');
  const what =
    planned.length === 0
      ? 'the plan has no cell of it, see npx spotbench plan'
      : `${missing.length} of the ${planned.length} cells behind it were not run: ${names}; npx spotbench run makes them, --fold and --seed explain the number of a part`;
  return new SpotbenchError('missing-data', `${addressText(address)}: tables show no such number: ${what}`);
}

/** Every cell of a method that is there. @throws SpotbenchError `unknown-name` for the first part of the address that is not. */
function cellsNamed({ ids, where }: Pick<ResultSource, 'ids' | 'where'>, address: NumberAddress): string[] {
  const wanted = [address.dataset, address.protocol, address.regime, address.method];
  let left = ids.map((id) => ({ id, parts: id.split('--') }));
  for (const [i, name] of wanted.entries()) {
    const known = [...new Set(left.map(({ parts }) => parts[i]))];
    left = left.filter(({ parts }) => parts[i] === name);
    if (left.length === 0) throw notIn(where, NAMES[i], name, known);
  }
  return left.map(({ id }) => id);
}

/** @throws SpotbenchError `unknown-name` naming the nearest cells. */
export function checkCell({ ids, where }: ResultSource, id: string): void {
  if (!ids.includes(id)) throw notIn(where, 'cell', id, ids);
}

function notIn(where: string, what: string, name: string, known: readonly string[]): SpotbenchError {
  if (known.length === 0)
    return new SpotbenchError('missing-data', `${where}: no results; npx spotbench run makes some`);
  return unknownName(`${what} in ${where}`, name, known);
}
