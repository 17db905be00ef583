import { SpotbenchError } from '../errors/spotbench-error.ts';

/** A file that does not hold what it must: *where: what was needed and found; what to do*. */
export function badData(where: string, what: string, remedy = FETCH_AGAIN, cause?: unknown): SpotbenchError {
  return new SpotbenchError('bad-data', `${where}: ${what}; ${remedy}`, cause === undefined ? undefined : { cause });
}

/** What to do about a file that is broken rather than wrong. */
export const FETCH_AGAIN = 'the file is damaged or not what its name says: fetch it again';
