import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a peer script prints: seconds of the measured part, and whatever lets the caller check the numbers. */
export interface PeerResult {
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly sums: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Runs a Python peer on one thread with `python3`, or the interpreter in SPOTBENCH_PYTHON. A text saying why instead of a
 * result where it cannot run (no Python, no NumPy or SciPy).
 */
export function runPeer(script: string, ...args: readonly number[]): PeerResult | string {
  const python = process.env.SPOTBENCH_PYTHON ?? 'python3';
  const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const run = spawnSync(python, [join(import.meta.dirname, script), ...args.map(String)], {
    encoding: 'utf8',
    env: { ...process.env, ...oneThread },
  });
  if (run.error) return `${python} could not be started (${run.error.message}); set SPOTBENCH_PYTHON`;
  if (run.status !== 0) {
    const why = run.stderr.trim().split('\n').at(-1) ?? '';
    return `${python} ${script} failed (${why}); set SPOTBENCH_PYTHON to a Python with numpy and scipy`;
  }
  return JSON.parse(run.stdout) as PeerResult;
}

/** Largest relative difference of two sets of sums, to show that ours and the peer's are the same numbers. */
export function largestDifference(
  ours: Readonly<Record<string, number>>,
  peer: Readonly<Record<string, number>>,
): number {
  return Math.max(...Object.entries(ours).map(([name, value]) => Math.abs(value / peer[name] - 1)));
}
