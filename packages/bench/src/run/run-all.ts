import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { monotonicMs, SpotbenchError } from '@spotbench/core';
import { chooseEngine, type ChosenEngine, type EngineRequest } from '@spotbench/engine/choose';
import { PRETRAINED, SCRATCH } from '../plan/cell-id.ts';
import { withLock } from '../locks/store-lock.ts';
import { describePlan } from '../plan/describe-plan.ts';
import { engineEnvironment, isGpu, isOnnxCpu } from '../plan/engine-request.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import { stepsOfCell } from '../plan/steps.ts';
import { trainingEnvironment, type TrainingRequest } from '../plan/training-request.ts';
import { findMethod } from '../registry/methods.ts';
import { formatSeconds } from '../progress/progress-bar.ts';
import { boardText } from '../report/board-text.ts';
import { report } from '../report/report.ts';
import { cellStates, type AskedEngine, type CellState } from '../results/cell-state.ts';
import { keepCodeList } from '../results/code-list.ts';
import { currentInputs } from '../results/current-inputs.ts';
import { runFolder } from '../results/run-folder.ts';
import { stepStates, type StepState } from '../results/step-state.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { repairSteps } from './repair-steps.ts';
import { runTaskGraph, type GraphOptions, type GraphOutcome } from './task-graph.ts';

/** How to run: cells at a time, on what engine, and whether the closing summary is JSON. */
export interface RunOptions {
  readonly parallel?: number;
  readonly json: boolean;
  readonly engine: EngineRequest;
  readonly training: TrainingRequest;
}

/** Exit code of a run that the user stopped: 128 + SIGINT, as shells have it. */
const INTERRUPTED = 130;

/**
 * Plans, runs what has no intact record of today's code and data, and writes the tables. Where every record and all that
 * cells read is intact and current, nothing is started. Otherwise the task graph runs (and replays from its cache what that
 * holds); what it left missing, damaged or stale although it called it done is made again without its cache. One run at a time
 * works on a store; a second one waits.
 * @returns 0 when every planned cell has scores, 130 when stopped by Ctrl-C, else 1.
 * @throws SpotbenchError `missing-data` when there is no cell to run, before any table is written.
 */
export async function runAll(workspace: Workspace, selection: Selection, options: RunOptions): Promise<number> {
  return withLock(
    workspace,
    'run',
    () => runAlone(workspace, selection, options),
    (pid) => {
      process.stderr.write(`waiting for process ${pid}, which runs on this store\n`);
    },
  );
}

async function runAlone(
  workspace: Workspace,
  selection: Selection,
  { parallel, json, engine: request, training }: RunOptions,
): Promise<number> {
  const started = monotonicMs();
  const plan = makePlan(workspace, selection);
  const say = (text: string): void => {
    if (!json) process.stdout.write(text);
  };
  const engine = await engineHere(request);
  say(describePlan(plan));
  if (plan.cells.length === 0)
    throw new SpotbenchError(
      'missing-data',
      'nothing to run: of what is selected nothing is here or complete; spotbench plan says what lacks. Tables are left as they were',
    );
  say(`engine: ${engine.engine}/${engine.device} (${engine.reason})\n`);
  const look = (): Promise<Found> => lookAt(workspace, plan, { ...engine, ...training });
  let found = await look();
  let outcome: GraphOutcome | undefined;
  if (isDone(found)) say("all cached: every record is intact and of today's code and data\n");
  else {
    const graph: Omit<GraphOptions, 'useCache'> = {
      parallel: parallel ?? (isGpu(engine) ? 1 : undefined),
      environment: { ...engineEnvironment(request, engine), ...trainingEnvironment(training) },
    };
    outcome = await runTaskGraph(workspace, plan, selection, { ...graph, useCache: true });
    found = await look();
    // Stopped means stopped: nothing is repaired, and no record removed, that would not be made again.
    const again = outcome.interrupted ? [] : await prepareAgain(workspace, plan, found);
    if (again.length > 0) {
      say(
        `${again.length} cells left no intact record of today's code and data (${again[0].cell.id}: ${again[0].reason}); running them again\n${whoDelivered()}`,
      );
      outcome = await runTaskGraph(
        workspace,
        plan,
        { ...selection, ...narrowed(again) },
        { ...graph, useCache: false },
      );
      found = await look();
    }
  }
  const { cells: states } = found;
  if (outcome && !outcome.interrupted && states.some((s) => s.kind === 'missing')) {
    process.stderr.write(
      `The task runner's last lines (.spotbench/logs/run.log has all):\n${outcome.tail.join('\n')}\n`,
    );
  }
  const { board, files } = await report(
    workspace,
    selection,
    // Those of another engine or precision are shown as what they are.
    states.filter((s) => s.kind === 'ok'),
  );
  const failed = states.filter((s) => s.kind !== 'ok');
  const summary = {
    engine,
    cells: states.length,
    ok: states.length - failed.length,
    failed: failed.map(({ cell, kind, reason }) => ({ cell: cell.id, kind, reason })),
    skipped: plan.skipped,
    tables: files,
    seconds: Math.round((monotonicMs() - started) / 100) / 10,
  };
  const interrupted = outcome?.interrupted === true;
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else say(`\n${boardText(board)}\n${interrupted ? 'Stopped. Finished cells are kept. ' : ''}${closing(summary)}`);
  if (interrupted) return INTERRUPTED;
  return failed.length === 0 && states.length > 0 ? 0 : 1;
}

/** The server that damaged files may have come from, where one is shared; by its address alone. */
function whoDelivered(): string {
  const address = process.env.NX_SELF_HOSTED_REMOTE_CACHE_SERVER;
  if (!address || !URL.canParse(address)) return '';
  return `a remote cache was read, ${new URL(address).host}: if this comes again, remove these cells' entries there or do without it (docs/cache.md)\n`;
}

/** What there is of a plan. */
interface Found {
  readonly cells: readonly CellState[];
  readonly steps: readonly StepState[];
}

async function lookAt(workspace: Workspace, plan: Plan, asked: AskedEngine): Promise<Found> {
  const inputs = currentInputs(workspace);
  const cells = await cellStates(workspace, plan, asked, inputs);
  for (const name of new Set(cells.filter(({ kind }) => kind === 'ok').map(({ cell }) => cell.method))) {
    const { hash, files } = inputs.code(findMethod(plan.methods, name));
    await keepCodeList(workspace, hash, files);
  }
  return { cells, steps: await stepStates(workspace, plan) };
}

function isDone({ cells, steps }: Found): boolean {
  return cells.length > 0 && [...cells, ...steps].every(({ kind }) => kind === 'ok');
}

/**
 * The cells to run without the task cache, after what it called done was looked at: their records are removed, and the damaged
 * steps that they read are done again.
 */
async function prepareAgain(workspace: Workspace, plan: Plan, { cells, steps }: Found): Promise<CellState[]> {
  const badSteps = steps.filter(({ kind }) => kind === 'damaged' || kind === 'stale');
  await repairSteps(workspace, plan, badSteps);
  const readsBad = ({ cell }: CellState): boolean =>
    stepsOfCell(cell, findMethod(plan.methods, cell.method)).some((name) => badSteps.some((s) => s.step.name === name));
  const again = cells.filter(
    (s) =>
      s.kind === 'damaged' ||
      s.kind === 'missing' ||
      s.kind === 'stale' ||
      ((s.kind === 'failed' || s.kind === 'blocked') && readsBad(s)),
  );
  for (const { cell } of again) await rm(runFolder(workspace, cell.id), { recursive: true, force: true });
  return again;
}

/** The engine of the run. @throws SpotbenchError `unsupported` before any cell starts when it does not compute here. */
async function engineHere(request: EngineRequest): Promise<ChosenEngine> {
  const chosen = await chooseEngine(request);
  if (isOnnxCpu(chosen)) return chosen;
  const { probeEngine } = await import('@spotbench/engine');
  const { ready, found, advice = 'see docs/gpu.md' } = await probeEngine(chosen.engine, chosen.device);
  if (ready) return chosen;
  throw new SpotbenchError('unsupported', `engine ${chosen.engine}/${chosen.device}: ${found}; ${advice}`);
}

/** The smallest selection that holds the given cells; cells in it that are done are replayed. */
function narrowed(states: readonly CellState[]): Selection {
  const of = <T>(pick: (s: CellState) => T): T[] => [...new Set(states.map(pick))];
  return {
    datasets: of((s) => s.cell.dataset),
    protocols: of((s) => s.cell.protocol),
    methods: of((s) => s.cell.method),
    regimes: of((s) => s.cell.regime),
    encoders: of((s) => s.cell.encoder).filter((name) => name !== PRETRAINED && name !== SCRATCH),
    folds: of((s) => s.cell.fold),
  };
}

function closing(summary: {
  cells: number;
  ok: number;
  failed: readonly { cell: string; kind: string; reason: string }[];
  tables: readonly string[];
  seconds: number;
}): string {
  const lines = [`${summary.ok} of ${summary.cells} cells have scores, ${formatSeconds(summary.seconds)}`];
  for (const { cell, kind, reason } of summary.failed.slice(0, 20)) lines.push(`  ${kind}: ${cell}: ${reason}`);
  if (summary.failed.length > 20)
    lines.push(`  and ${summary.failed.length - 20} more; every one is a row of the table`);
  if (summary.failed.length > 0) lines.push('Run the same command again: only what has no scores is run.');
  lines.push(`Tables: ${dirname(summary.tables[0] ?? '')}; npx spotbench report makes pages to look at of them`);
  return `${lines.join('\n')}\n`;
}
