import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readArtefactFile, SpotbenchError, unknownName, type ArtefactManifest } from '@spotbench/core';
import { cellOf } from '../publish/published-board.ts';
import { publishedCell } from '../publish/published-ranking.ts';
import { resultsFolder } from '../publish/publish.ts';
import { readRankings } from '../publish/tables.ts';
import { readFinished, type FinishedCell } from '../report/read-runs.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { NumberAddress } from './address.ts';

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
  /** @throws SpotbenchError `damaged-artefact`; `bad-data` for a cell without scores, with its reason. */
  read(id: string): Promise<ExplainedCell>;
}

/** Cells in this machine's store, whatever code they were run by. */
export function storeSource(workspace: Workspace): ResultSource {
  const where = join(workspace.store, 'runs');
  return {
    where,
    ids: foldersIn(where).filter((name) => name.split('--').length === ID_PARTS),
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
  const where = join(resultsFolder(workspace), 'runs');
  const rankings = await readRankings(where);
  const cells = new Map(
    rankings.flatMap((r) => r.runs.map((run) => [run.record.cellId, { ranking: r, run }] as const)),
  );
  return {
    where,
    ids: [...cells.keys()].sort(),
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

/** Every cell behind a number: all folds and seeds of a method. @throws SpotbenchError `unknown-name` for the first part that is not there. */
export function cellsBehind({ ids, where }: ResultSource, address: NumberAddress): string[] {
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
