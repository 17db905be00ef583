import { monotonicMs } from '@spotbench/core';
import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a long step is: a bar with ETA on a terminal, a line every ten seconds elsewhere. Writes to stderr. */
export interface ProgressBar {
  update(done: number, total: number, what: string): void;
  /** Ends the bar; what it showed is cleared from a terminal. */
  stop(): void;
}

const QUIET_MS = 2000;
const LINE_EVERY_MS = 10_000;
/** Columns for counts and ETA: on a narrow terminal the bar is what gives way. */
const BESIDE_BAR = 32;

/** A bar named `label`. Nothing is shown for steps shorter than two seconds. */
export function createProgressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  return stream.isTTY ? terminalBar(label, stream) : lineBar(label, stream);
}

function terminalBar(label: string, stream: NodeJS.WriteStream): ProgressBar {
  const started = monotonicMs();
  let bar: SingleBar | undefined;
  return {
    update(done, total, what) {
      if (monotonicMs() - started < QUIET_MS) return;
      if (!bar) {
        const format = `${label} [{bar}] {value}/{total} | ETA {eta_formatted} | {what}`;
        const barsize = Math.max(5, Math.min(40, stream.columns - label.length - BESIDE_BAR));
        bar = new SingleBar(
          { format, stream, barsize, clearOnComplete: true, hideCursor: true, etaBuffer: 50 },
          Presets.shades_classic,
        );
        bar.start(total, done, { what });
      }
      bar.setTotal(total);
      bar.update(done, { what });
    },
    stop: () => bar?.stop(),
  };
}

function lineBar(label: string, stream: NodeJS.WriteStream): ProgressBar {
  const started = monotonicMs();
  let next = started + QUIET_MS;
  return {
    update(done, total, what) {
      const now = monotonicMs();
      if (now < next) return;
      next = now + LINE_EVERY_MS;
      const eta = done > 0 ? `, about ${formatSeconds((((now - started) / done) * (total - done)) / 1000)} left` : '';
      stream.write(`${label}: ${done} of ${total} (${what})${eta}\n`);
    },
    stop: () => undefined,
  };
}

/** `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
