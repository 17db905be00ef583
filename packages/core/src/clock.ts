/** The only file that reads the wall clock: results may carry times, but no number may depend on them. */

/** Now, as an ISO 8601 time in UTC. */
export function nowIso(): string {
  return new Date().toISOString();
}

/** Milliseconds from a fixed point, for durations. */
export function monotonicMs(): number {
  return performance.now();
}
