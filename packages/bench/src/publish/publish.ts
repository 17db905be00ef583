import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpotbenchError, writeAndSync } from '@spotbench/core';
import { withLock } from '../locks/store-lock.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import type { Board, BoardRow } from '../report/board-schema.ts';
import type { RankingCells } from '../report/ranking-cells.ts';
import { firstDifference, type LineDifference } from '../rescore/first-difference.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { gatherRanking, infoOf, rankingsOf, refuseProblems } from './gather.ts';
import { publishedLabels, writeRanking } from './published-ranking.ts';
import { writePublishedSite } from './published-site.ts';
import { finishSwap, keepFolder, refuseUnfinishedSwap, swapResults } from './swap.ts';
import { readRankings, TABLES, tablesOf, type PublishedTables } from './tables.ts';
import { cellVerifier } from './verify-cell.ts';

/** Only one process at a time works on results; another waits and says so here. */
export interface Waiting {
  readonly onWait?: (pid: number) => void;
}

export interface PublishOptions extends Waiting {
  /** Methods with failed cells are published without a number, with the reason. */
  readonly withFailures?: boolean;
  /** False leaves the published web report as it is. */
  readonly site?: boolean;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** What was published. */
export interface Published {
  readonly folder: string;
  readonly board: Board;
  /** Rankings made now, and those that were published before and stay. */
  readonly published: readonly string[];
  readonly kept: readonly string[];
}

/** Folder of committed results. */
export function resultsFolder({ root }: Workspace): string {
  return join(root, 'results');
}

/**
 * Publishes the selected rankings: verifies every cell, and writes results/runs, results/leaderboard.{json,csv,md} and
 * results/site in one step. Rankings published before that are not selected stay.
 *
 * @throws SpotbenchError `bad-data` naming everything that stands in the way; results are then as they were.
 */
export async function publish(
  workspace: Workspace,
  selection: Selection,
  options: PublishOptions = {},
): Promise<Published> {
  return alone(workspace, () => publishAlone(workspace, selection, options), options);
}

/** Nobody else writes results, or reads them while they are replaced. */
function alone<T>(workspace: Workspace, work: () => Promise<T>, { onWait }: Waiting): Promise<T> {
  return withLock(workspace, 'publish', work, onWait);
}

async function publishAlone(
  workspace: Workspace,
  selection: Selection,
  { withFailures = false, site = true, onProgress }: PublishOptions,
): Promise<Published> {
  const results = resultsFolder(workspace);
  await finishSwap(results);
  const plan = makePlan(workspace, selection);
  const rankings = rankingsOf(plan);
  refuseEmptyOrSynthetic(plan, rankings);
  const labels = rankings.map(({ label }) => label);
  const kept = publishedLabels(join(results, 'runs')).filter((label) => !labels.includes(label));
  let published: PublishedTables | undefined;
  await swapResults(results, async (stage) => {
    await stageRankings(workspace, plan, rankings, { stage, withFailures, onProgress });
    for (const label of kept) keepFolder(join(results, 'runs', label), join(stage, 'runs', label));
    published = await stageTables(workspace, stage);
    if (site) await writePublishedSite(workspace, plan, published, join(stage, 'site'));
  });
  return { folder: results, board: published!.board, published: labels, kept };
}

function refuseEmptyOrSynthetic(plan: Plan, rankings: readonly RankingCells[]): void {
  const synthetic = plan.datasets.filter(({ active, entry }) => active && entry.synthetic).map(({ id }) => id);
  if (synthetic.length > 0)
    throw new SpotbenchError(
      'bad-data',
      `not published: ${synthetic.join(', ')} ${synthetic.length === 1 ? 'is' : 'are'} synthetic, and numbers on synthetic data say nothing about any method; point SPOTBENCH_DATA at real data, and select it with --dataset`,
    );
  if (rankings.length === 0)
    throw new SpotbenchError('missing-data', 'not published: the selection holds no cell; see npx spotbench plan');
}

async function stageRankings(
  workspace: Workspace,
  plan: Plan,
  rankings: readonly RankingCells[],
  {
    stage,
    withFailures,
    onProgress,
  }: { readonly stage: string } & Required<Pick<PublishOptions, 'withFailures'>> & Pick<PublishOptions, 'onProgress'>,
): Promise<void> {
  const verify = cellVerifier(workspace);
  const total = rankings.reduce((sum, { all }) => sum + all.length, 0);
  const problems: string[] = [];
  let done = 0;
  for (const ranking of rankings) {
    const gathered = await gatherRanking(ranking, verify, {
      withFailures,
      onCell: (cell) => onProgress?.(done++, total, cell.id),
    });
    problems.push(...gathered.problems);
    if (problems.length === 0)
      await writeRanking(join(stage, 'runs', ranking.label), await infoOf(workspace, plan, ranking), gathered.runs);
  }
  refuseProblems(problems);
}

/** Tables of everything in the stage; a table that cannot be judged is not published. */
async function stageTables(workspace: Workspace, stage: string): Promise<PublishedTables> {
  const rankings = await readRankings(join(stage, 'runs'));
  const { board, tables } = await tablesOf(workspace, rankings);
  refuseProblems(
    board.rankings.flatMap(({ dataset, protocol, regime, controls, rows }) =>
      controls.missing
        .filter(({ control }) => !isPublishedFailure(rows, control))
        .map(({ control, reason }) => `${dataset}, ${protocol}, ${regime}: needs control ${control}: ${reason}`),
    ),
  );
  for (const name of TABLES) await writeAndSync(join(stage, name), tables[name]);
  return { board, tables, rankings };
}

/** A control that failed and is published with its reason: the table then says that nobody is ranked. */
function isPublishedFailure(rows: readonly BoardRow[], control: string): boolean {
  return rows.some((row) => row.method === control && row.failures.some((f) => f.kind === 'failed'));
}

/** A committed table that is not what the committed runs give: its first line that differs, as committed and as rebuilt. */
interface TableDifference extends LineDifference {
  readonly file: string;
}

/** What checking committed results found. */
export interface CheckedResults {
  readonly rankings: readonly string[];
  readonly differences: readonly TableDifference[];
}

/**
 * Makes the tables again from results/runs alone and compares them with those committed, byte by byte; changes nothing.
 * @throws SpotbenchError `missing-data` where nothing is published; `damaged-artefact` for a run folder that was changed, or
 * where a publication was killed and results may be part old and part new.
 */
export async function checkPublished(workspace: Workspace, options: Waiting = {}): Promise<CheckedResults> {
  return alone(workspace, () => checkAlone(workspace), options);
}

async function checkAlone(workspace: Workspace): Promise<CheckedResults> {
  const results = resultsFolder(workspace);
  refuseUnfinishedSwap(results);
  const { rankings, tables } = await rebuilt(workspace, results);
  const differences = TABLES.flatMap((file) => {
    const path = join(results, file);
    const committed = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    return committed === tables[file] ? [] : [{ file, ...firstDifference(committed, tables[file]) }];
  });
  return { rankings: rankings.map(({ label }) => label), differences };
}

/**
 * Writes the tables again from results/runs, where their layout has changed or a ranking was taken away. The web report stays as
 * it is: its maps and curves are made of predictions, which are not committed.
 */
export async function rebuildTables(workspace: Workspace, options: Waiting = {}): Promise<Published> {
  return alone(workspace, () => rebuildAlone(workspace), options);
}

async function rebuildAlone(workspace: Workspace): Promise<Published> {
  const results = resultsFolder(workspace);
  await finishSwap(results);
  const { rankings, board, tables } = await rebuilt(workspace, results);
  await swapResults(results, async (stage) => {
    for (const name of TABLES) await writeAndSync(join(stage, name), tables[name]);
  });
  return { folder: results, board, published: [], kept: rankings.map(({ label }) => label) };
}

async function rebuilt(workspace: Workspace, results: string) {
  const rankings = await readRankings(join(results, 'runs'));
  if (rankings.length === 0)
    throw new SpotbenchError(
      'missing-data',
      `${join(results, 'runs')}: nothing is published here; npx spotbench publish does`,
    );
  return { rankings, ...(await tablesOf(workspace, rankings)) };
}
