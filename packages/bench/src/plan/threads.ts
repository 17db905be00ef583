import { availableParallelism } from 'node:os';

/** Environment variable by which `spotbench run` tells each of its cells how many CPU threads are its share. */
export const THREADS_VARIABLE = 'SPOTBENCH_THREADS';

/** Cells at a time where the user does not say: one per two cores, at least two. */
export function defaultParallel(): number {
  return Math.max(2, Math.floor(availableParallelism() / 2));
}

/**
 * Each cell's share of the cores. Two cells that both use every core wait for each other: on two cores a fit then takes twice
 * the time and the CPU.
 */
export function threadShare(parallel: number): number {
  return Math.max(1, Math.floor(availableParallelism() / parallel));
}

/** This process's share, or undefined for all cores. */
export function threadsFromEnvironment(): number | undefined {
  const threads = Number(process.env[THREADS_VARIABLE]);
  return Number.isInteger(threads) && threads >= 1 ? threads : undefined;
}
