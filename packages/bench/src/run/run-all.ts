import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { monotonicMs, SpotbenchError } from '@spotbench/core';
import { chooseEngine, probeEngine, type ChosenEngine, type EngineRequest } from '@spotbench/engine';
import { PRETRAINED, SCRATCH } from '../plan/cell-id.ts';
import { describePlan } from '../plan/describe-plan.ts';
import { engineEnvironment, isGpu, isOnnxCpu } from '../plan/engine-request.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import { trainingEnvironment, type TrainingRequest } from '../plan/training-request.ts';
import { formatSeconds } from '../progress/progress-bar.ts';
import { boardText } from '../report/board-text.ts';
import { report } from '../report/report.ts';
import { cellState, type AskedEngine, type CellState } from '../results/cell-state.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { runTaskGraph, type GraphOptions } from './task-graph.ts';

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
 * Plans, runs every cell through the task graph (which replays finished ones from its cache), rebuilds cells whose stored
 * files are missing or damaged although the cache called them done, and always writes the tables.
 * @returns 0 when every planned cell has scores, 130 when stopped by Ctrl-C, else 1.
 */
export async function runAll(
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
  say(`engine: ${engine.engine}/${engine.device} (${engine.reason})\n`);
  const graph: Omit<GraphOptions, 'useCache'> = {
    parallel: parallel ?? (isGpu(engine) ? 1 : undefined),
    environment: { ...engineEnvironment(request, engine), ...trainingEnvironment(training) },
  };
  let outcome = await runTaskGraph(workspace, plan, selection, { ...graph, useCache: true });
  const asked = { ...engine, precision: training.precision };
  let states = await statesOf(workspace, plan, asked);
  const damaged = states.filter((s) => s.kind === 'damaged' || s.kind === 'missing' || s.kind === 'stale');
  if (damaged.length > 0 && !outcome.interrupted) {
    say(
      `${damaged.length} cells left no intact record of today's code and data (${damaged[0].cell.id}: ${damaged[0].reason}); running them again\n`,
    );
    for (const { cell } of damaged) await rm(runFolder(workspace, cell.id), { recursive: true, force: true });
    outcome = await runTaskGraph(
      workspace,
      plan,
      { ...selection, ...narrowed(damaged) },
      { ...graph, useCache: false },
    );
    states = await statesOf(workspace, plan, asked);
  }
  if (states.some((s) => s.kind === 'missing') && !outcome.interrupted) {
    process.stderr.write(
      `The task runner's last lines (.spotbench/logs/run.log has all):\n${outcome.tail.join('\n')}\n`,
    );
  }
  const { board, files } = await report(workspace, selection);
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
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else
    say(`\n${boardText(board)}\n${outcome.interrupted ? 'Stopped. Finished cells are kept. ' : ''}${closing(summary)}`);
  if (outcome.interrupted) return INTERRUPTED;
  return failed.length === 0 && states.length > 0 ? 0 : 1;
}

/** The engine of the run. @throws SpotbenchError `unsupported` before any cell starts when it does not compute here. */
async function engineHere(request: EngineRequest): Promise<ChosenEngine> {
  const chosen = await chooseEngine(request);
  if (isOnnxCpu(chosen)) return chosen;
  const { ready, found, advice = 'see docs/gpu.md' } = await probeEngine(chosen.engine, chosen.device);
  if (ready) return chosen;
  throw new SpotbenchError('unsupported', `engine ${chosen.engine}/${chosen.device}: ${found}; ${advice}`);
}

function statesOf(workspace: Workspace, plan: Plan, engine: AskedEngine): Promise<CellState[]> {
  return Promise.all(plan.cells.map((cell) => cellState(workspace, plan, cell, engine)));
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
  lines.push(`Tables: ${dirname(summary.tables[0] ?? '')}`);
  return `${lines.join('\n')}\n`;
}
