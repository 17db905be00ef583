import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from '@spotbench/core';

/** What a PyTorch peer prints: seconds of its fastest repetition. */
export interface TorchResult {
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** Threads both sides use: all cores, or SPOTBENCH_THREADS. */
export const threads = Number(process.env.SPOTBENCH_THREADS ?? availableParallelism());

/** Runs a peer with the Python in SPOTBENCH_PYTHON (or `python3`). A text saying why where it cannot run. */
export function runTorch(script: string, ...args: readonly (string | number)[]): TorchResult | string {
  const python = process.env.SPOTBENCH_PYTHON ?? 'python3';
  const run = spawnSync(python, [join(import.meta.dirname, script), ...args.map(String)], { encoding: 'utf8' });
  if (run.status === 0) return JSON.parse(run.stdout) as TorchResult;
  const why = run.error?.message ?? run.stderr.trim().split('\n').at(-1) ?? '';
  return `${python} could not run ${script} (${why}); set SPOTBENCH_PYTHON to a Python with torch, torchvision and timm`;
}

/** Seconds of the fastest of some repetitions, after one that does not count. */
export async function fastest(repetitions: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  let best = Infinity;
  for (let i = 0; i < repetitions; i++) {
    const start = monotonicMs();
    await work();
    best = Math.min(best, (monotonicMs() - start) / 1000);
  }
  return best;
}

/** One line of JSON: ours against the peer's, and how busy the machine was. */
export function report(name: string, ours: number, peer: TorchResult | string, more: object = {}): void {
  const against =
    typeof peer === 'string'
      ? { peer: null, ratio: null, noPeer: peer, versions: { node: process.version } }
      : {
          peer: peer.seconds,
          ratio: Number((ours / peer.seconds).toPrecision(3)),
          peerPeakRssMb: peer.peakRssMb,
          versions: { ...peer.versions, node: process.version },
        };
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const line = {
    name,
    ours,
    unit: 's',
    threads,
    ...against,
    peakRssMb,
    load: Number(loadavg()[0].toFixed(2)),
    ...more,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
