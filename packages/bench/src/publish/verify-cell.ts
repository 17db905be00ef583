import { existsSync } from 'node:fs';
import { hashValue, isSpotbenchError, readArtefactFile } from '@spotbench/core';
import { storeReader } from '../report/build-board.ts';
import { loadDatasets } from '../datasets/load.ts';
import type { Cell } from '../plan/cell-id.ts';
import { isOutsideGit } from '../registry/installed.ts';
import { discoverMethods } from '../registry/methods.ts';
import { foldOpener } from '../rescore/open-folds.ts';
import { differencesFrom, rescoreCell, type StoredRun } from '../rescore/rescore-cell.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import { isInHistory } from '../workspace/history.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { codeAtCommits } from './code-at-commit.ts';
import { cellOf } from './published-board.ts';
import type { RunToPublish } from './published-ranking.ts';

/** A cell that may be published, or why it may not be. */
export type VerifiedCell =
  { readonly cell: Cell; readonly run: RunToPublish } | { readonly cell: Cell; readonly problems: readonly string[] };

/**
 * Verifies cells: files against their checksums, the record against its schema and its own name; run without changes at a commit
 * of this repository's history, by the sources of that commit; under today's protocol; and, where there are scores, scored once
 * and to the byte what the stored predictions give when they are scored here.
 */
export function cellVerifier(workspace: Workspace): (cell: Cell) => Promise<VerifiedCell> {
  const open = foldOpener(workspace);
  const inHistory = historyOf(workspace);
  const read = storeReader(workspace);
  const checks = [
    sameCell,
    realData,
    ofHistory(inHistory),
    ofItsCommit(workspace, inHistory),
    ofTodaysProtocol(workspace),
    scoredOnce,
  ];
  return async (cell) => {
    try {
      if (!existsSync(runFolder(workspace, cell.id))) return { cell, problems: ['not run'] };
      const run = await storedRun(workspace, cell.id);
      const problems: string[] = [];
      for (const check of checks) problems.push(...(await check(run.record, cell)));
      if (problems.length > 0) return { cell, problems };
      if (run.record.status !== 'ok') return { cell, run: await withoutScores(workspace, run) };
      const different = await differencesFrom(workspace, run, await rescoreCell(workspace, run, await open(cell.id)));
      if (different.length === 0) return { cell, run: await withScores(workspace, cell, run, read) };
      const [{ file, line, before = 'nothing' }] = different;
      return { cell, problems: [`${file} line ${line} is not what its predictions give: ${before}`] };
    } catch (error) {
      if (isSpotbenchError(error)) return { cell, problems: [error.message] };
      throw error;
    }
  };
}

type Check = (record: RunRecord, cell: Cell) => string[] | Promise<string[]>;

const sameCell: Check = (record, cell) => {
  const other = Object.entries(cellOf(record)).find(([name, value]) => cell[name as keyof Cell] !== value);
  return other === undefined ? [] : [`its record says ${other[0]} ${String(other[1])}`];
};

const realData: Check = ({ synthetic, datasetId }) =>
  synthetic ? [`${datasetId} is synthetic: its numbers say nothing about any method`] : [];

/** Whether a commit is in the history of HEAD, which does not change while publishing. */
type InHistory = (commit: string) => boolean;

function historyOf({ root }: Workspace): InHistory {
  const known = new Map<string, boolean>();
  return (commit) => {
    const found = known.get(commit) ?? isInHistory(root, commit);
    known.set(commit, found);
    return found;
  };
}

function ofHistory(inHistory: InHistory): Check {
  return ({ commit, dirty }) => {
    if (commit === null) return ['was run outside a git repository; commit and run it again'];
    if (dirty) return [`was run with uncommitted changes (commit ${commit.slice(0, 10)}+); commit and run it again`];
    if (inHistory(commit)) return [];
    return [`was run at commit ${commit.slice(0, 10)}, which is not in the history of HEAD; run it again`];
  };
}

function ofItsCommit(workspace: Workspace, inHistory: InHistory): Check {
  const codeAt = codeAtCommits(workspace);
  const installed = discoverMethods(workspace).filter(({ packageRoot }) => isOutsideGit(packageRoot));
  return async ({ commit, dirty, codeHash, methodId, methodKind }) => {
    // Made elsewhere: what is verified of a submission is that its predictions give its scores.
    if (methodKind === 'submitted') return [];
    const elsewhere = installed.find(({ name }) => name === methodId)?.packageRoot;
    if (elsewhere !== undefined)
      return [
        `its code is in ${elsewhere}, which no commit of this repository holds, so nobody could check it; copy the package to packages/, commit it and run it again, or submit its predictions`,
      ];
    if (commit === null || dirty || !inHistory(commit)) return [];
    const hash = (await codeAt(commit)).get(methodId);
    if (hash === codeHash) return [];
    const found = hash === undefined ? 'has no such method' : `hashes to ${hash.slice(0, 12)}`;
    return [
      `its code hash is ${codeHash.slice(0, 12)}, the code of commit ${commit.slice(0, 10)} ${found}; run it again`,
    ];
  };
}

function ofTodaysProtocol(workspace: Workspace): Check {
  const { protocols } = loadDatasets(workspace);
  return ({ protocolId, protocolHash }) => {
    const today = hashValue(protocols[protocolId]);
    if (today === protocolHash) return [];
    return [`protocol ${protocolId} was ${protocolHash.slice(0, 12)} and is ${today.slice(0, 12)} now; run it again`];
  };
}

const scoredOnce: Check = ({ status, testEvaluations }) =>
  status !== 'ok' || testEvaluations === 1
    ? []
    : [`test expression was compared with predictions ${testEvaluations} times, needed once`];

async function withoutScores(workspace: Workspace, { record, manifest }: StoredRun): Promise<RunToPublish> {
  return { record, manifest, runJson: await fileOf(workspace, { record, manifest }, 'run.json') };
}

async function withScores(
  workspace: Workspace,
  cell: Cell,
  run: StoredRun,
  read: ReturnType<typeof storeReader>,
): Promise<RunToPublish> {
  const { sections, similarities } = await read({ kind: 'ok', cell, reason: '', ...run });
  const setsJson = await fileOf(workspace, run, 'sets.json');
  return { ...(await withoutScores(workspace, run)), scored: { setsJson, sections, similarities } };
}

async function fileOf(workspace: Workspace, { record, manifest }: StoredRun, name: string): Promise<string> {
  return (await readArtefactFile(runFolder(workspace, record.cellId), manifest, name)).toString('utf8');
}
