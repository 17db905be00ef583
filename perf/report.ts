import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from '@spotbench/core';
import { workspaceAt } from '@spotbench/bench';
import { boardCsv } from '../packages/bench/src/report/board-csv.ts';
import { boardMarkdown } from '../packages/bench/src/report/board-markdown.ts';
import { boardSchema } from '../packages/bench/src/report/board-schema.ts';
import { buildBoard } from '../packages/bench/src/report/build-board.ts';
import { readFinished } from '../packages/bench/src/report/read-runs.ts';
import type { CellState } from '../packages/bench/src/results/cell-state.ts';
import { madeUpPlan, stateOf, writeRun } from './made-up/runs.ts';

/**
 * Tables of 20 methods (8 of them controls) x 5 data sets x 3 seeds from made-up records on disk: every file against its
 * checksum, scores read, intervals, ranks and pairs computed, JSON, CSV and Markdown made. Budget: 30 s. Not in it: similarities,
 * which are computed once from predictions and kept, and plots.
 * Run: npx tsx perf/report.ts [methods] [data sets] [seeds] [patients] [genes]
 */
async function main(): Promise<void> {
  const defaults = [20, 5, 3, 8, 1000];
  const [methods, datasets, seeds, patients, genes] = defaults.map((value, i) => Number(process.argv[i + 2] ?? value));
  const workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-perf-report-')));
  try {
    const plan = madeUpPlan(methods, datasets, seeds, patients);
    for (const cell of plan.cells) await writeRun(workspace, cell, genes);
    const start = monotonicMs();
    const before = process.cpuUsage();
    const states: CellState[] = [];
    for (const cell of plan.cells) states.push(await stateOf(workspace, cell));
    const board = boardSchema.parse(
      await buildBoard(workspace, plan, { states, read: (state) => readFinished(workspace, state) }),
    );
    const text = JSON.stringify(board) + boardCsv(board) + boardMarkdown(board);
    const { user, system } = process.cpuUsage(before);
    const line = {
      name: `report of ${methods} methods x ${datasets} data sets x ${seeds} seeds (${patients} patients, ${genes} genes, ${plan.cells.length} cells)`,
      ours: Number(((monotonicMs() - start) / 1000).toPrecision(3)),
      processorSeconds: Number(((user + system) / 1e6).toPrecision(3)),
      peer: null,
      noPeer: 'a budget of 30 s',
      unit: 's',
      ratio: null,
      ranked: board.rankings.every(({ rows }) => rows.some(({ rank }) => rank === 1)),
      tablesMb: Number((text.length / 2 ** 20).toPrecision(3)),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      node: process.version,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } finally {
    rmSync(workspace.root, { recursive: true, force: true });
  }
}

await main();
