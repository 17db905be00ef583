import { SpotbenchError } from '@spotbench/core';

/** How much an archive may hold. */
export interface UnpackLimits {
  /** Bytes after unpacking per byte of the archive. Count tables compress by 5 to 30; a zip bomb by 1000 and more. */
  readonly ratio: number;
  /** What any archive may hold however small it is, bytes. */
  readonly atLeastBytes: number;
}

export const defaultLimits: UnpackLimits = { ratio: 200, atLeastBytes: 64 * 2 ** 20 };

/** Counts bytes as they are unpacked. The returned function throws SpotbenchError `bad-data` when there are more than allowed. */
export function sizeLimit(archive: string, archiveBytes: number, limits: UnpackLimits): (bytes: number) => void {
  const allowed = Math.max(limits.atLeastBytes, limits.ratio * archiveBytes);
  let total = 0;
  return (bytes) => {
    total += bytes;
    if (total > allowed)
      throw new SpotbenchError(
        'bad-data',
        `${archive}: holds more than ${allowed} bytes, too many for an archive of ${archiveBytes}; ` +
          `nothing was unpacked: do not use this archive`,
      );
  };
}
