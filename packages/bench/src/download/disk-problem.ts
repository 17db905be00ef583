import { SpotbenchError } from '@spotbench/core';

/** An error of the file system or the network, unlike those of zlib, of `fetch` (which wraps the network's) and of ours. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** A full or read-only disk met while something that is kept was being fetched or unpacked. */
export function diskProblem(path: string, cause: Error): SpotbenchError {
  return new SpotbenchError(
    'missing-data',
    `${path}: could not be written: ${cause.message}; what has arrived is kept: make room, or see to it that you may write ` +
      `there, and run the command again`,
    { cause },
  );
}
