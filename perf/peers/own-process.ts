import { spawnSync } from 'node:child_process';
import { monotonicMs } from '@spotbench/core';

/** What a measured part says of itself, besides what its caller checks. */
export interface Measured {
  readonly seconds: number;
  /** Processor seconds of the measured part, user and system: what a busy machine disturbs less. */
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

/**
 * Runs a benchmark file again with `args`, so that its peak memory is its own, and reads the line of JSON it prints.
 * @throws Error when it fails.
 */
export function inOwnProcess(file: string, ...args: readonly string[]): Measured {
  const command = ['--import', 'tsx', file, ...args];
  const run = spawnSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (run.status !== 0) throw new Error(`${file} ${args.join(' ')} failed`);
  return JSON.parse(run.stdout) as Measured;
}

/** Starts the clocks; the function it gives stops them and prints the line for `inOwnProcess`, with the peak memory so far. */
export function startMeasuring(): () => (more: object) => void {
  const [start, cpuStart] = [monotonicMs(), process.cpuUsage()];
  return () => {
    const seconds = (monotonicMs() - start) / 1000;
    const { user, system } = process.cpuUsage(cpuStart);
    return (more) => {
      const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
      process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakRssMb, ...more }));
    };
  };
}

/** What a peer says of the same, to add to a report. */
export function ratiosTo(ours: Measured, peer: unknown): object {
  if (typeof peer === 'string') return { peakRssMb: ours.peakRssMb };
  const theirs = peer as Measured;
  const ratio = (a: number, b: number): number => Number((a / b).toPrecision(3));
  return {
    threads: 1,
    cpuSeconds: ours.cpuSeconds,
    cpuRatio: ratio(ours.cpuSeconds, theirs.cpuSeconds),
    peakRssMb: ours.peakRssMb,
    memoryRatio: ratio(ours.peakRssMb, theirs.peakRssMb),
  };
}
