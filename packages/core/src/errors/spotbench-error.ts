/**
 * Why a run stopped, in a form a caller can branch on:
 * `unknown-name` (no such method, data set, protocol, option), `bad-data` (a file that does not hold what it must),
 * `bad-config` (a configuration value out of range), `missing-data` (something that can be fetched or made is not there),
 * `damaged-artefact` (a stored artefact does not match its checksum: delete and rebuild),
 * `bad-prediction` (a method returned something that cannot be scored), `bad-split` (a split that breaks its own rules),
 * `diverged` (training gave NaN or infinity), `out-of-memory` (a device or the host has no room for what was asked),
 * `unsupported` (this engine, device or format cannot do what was asked).
 */
export type ErrorTag =
  | 'unknown-name'
  | 'bad-data'
  | 'bad-config'
  | 'missing-data'
  | 'damaged-artefact'
  | 'bad-prediction'
  | 'bad-split'
  | 'diverged'
  | 'out-of-memory'
  | 'unsupported';

/** An error addressed to the person reading it: *where: what was needed, what was found; what to do*. */
export class SpotbenchError extends Error {
  readonly tag: ErrorTag;

  constructor(tag: ErrorTag, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SpotbenchError';
    this.tag = tag;
  }
}

/** True when `error` is a SpotbenchError, of one of `tags` if any are given. */
export function isSpotbenchError(error: unknown, ...tags: ErrorTag[]): error is SpotbenchError {
  return error instanceof SpotbenchError && (tags.length === 0 || tags.includes(error.tag));
}
