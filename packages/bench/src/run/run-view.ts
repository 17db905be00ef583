import { monotonicMs } from '@spotbench/core';
import { Presets, SingleBar } from 'cli-progress';
import { describeProgress, runningCells, type CellProgress } from '../progress/cell-progress.ts';
import { formatSeconds } from '../progress/progress-bar.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Follows a run of the task graph: give it Nx's output line by line. Writes to stderr. */
export interface RunView {
  line(text: string): void;
  stop(): void;
}

const POLL_MS = 500;
const QUIET_LINE_MS = 10_000;

/** Nx prints this line, then the task's output, when a task is done: `> nx run @spotbench/controls:cell--...  [local cache]`. */
const FINISHED = /^> nx run (\S+?):(\S+)(.*)$/;

/**
 * Shows how many of `total` cells are done, what the running ones do (epoch, loss, section) and the time left: a bar on a
 * terminal, elsewhere a line per step and, at most every ten seconds, one for the cells that run.
 */
export function createRunView(
  workspace: Workspace,
  total: number,
  stream: NodeJS.WriteStream = process.stderr,
): RunView {
  const show = stream.isTTY ? terminalDisplay(total, stream) : lineDisplay(total, stream);
  let done = 0;
  const timer = setInterval(() => show.running(done, runningCells(workspace)), POLL_MS);
  timer.unref();
  return {
    line(text) {
      const match = FINISHED.exec(text);
      if (!match) return;
      const [, , target, note] = match;
      const isCell = target.startsWith('cell--');
      if (isCell) done++;
      show.finished(done, isCell, target, note.includes('cache'));
    },
    stop() {
      clearInterval(timer);
      show.stop();
    },
  };
}

interface Display {
  finished(done: number, isCell: boolean, target: string, cached: boolean): void;
  running(done: number, cells: readonly CellProgress[]): void;
  stop(): void;
}

function terminalDisplay(total: number, stream: NodeJS.WriteStream): Display {
  const format = 'cells [{bar}] {value}/{total} | ETA {eta_formatted} | {what}';
  const bar = new SingleBar(
    { format, stream, clearOnComplete: true, hideCursor: true, etaBuffer: 30 },
    Presets.shades_classic,
  );
  bar.start(total, 0, { what: 'starting' });
  return {
    finished: (done) => bar.update(done),
    running: (done, cells) =>
      bar.update(done, {
        what: cells
          .map(describeCell)
          .join('; ')
          .slice(0, Math.max(20, (stream.columns ?? 100) - 70)),
      }),
    stop: () => bar.stop(),
  };
}

function lineDisplay(total: number, stream: NodeJS.WriteStream): Display {
  const started = monotonicMs();
  let last = started;
  return {
    finished(done, isCell, target, cached) {
      last = monotonicMs();
      const what = target.replace(/^cell--/, '').replaceAll('--', ' ');
      stream.write(`${isCell ? `[${done}/${total}] ` : ''}${what}${cached ? ' (cached)' : ''}\n`);
    },
    running(done, cells) {
      const now = monotonicMs();
      if (now - last < QUIET_LINE_MS || cells.length === 0) return;
      last = now;
      const left = done > 0 ? `, about ${formatSeconds((((now - started) / done) * (total - done)) / 1000)} left` : '';
      stream.write(`[${done}/${total}] running: ${cells.map(describeCell).join('; ')}${left}\n`);
    },
    stop: () => undefined,
  };
}

function describeCell(state: CellProgress): string {
  const [, , , method, fold] = state.cell.split('--');
  return `${method} ${fold}: ${describeProgress(state)}`;
}
