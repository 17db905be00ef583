import { monotonicMs } from '@spotbench/core';
import type { ProgressBar } from '../progress/progress-bar.ts';
import { formatBytes } from './format-bytes.ts';

/** Sums up transfers that run side by side. */
export interface TransferProgress {
  /** Reports how much of a file is there, and its size where it is known. */
  update(file: string, done: number, total: number | undefined): void;
}

interface Transfer {
  /** What was there when this run began. */
  readonly before: number;
  done: number;
  total: number | undefined;
}

/** Shows files done, and the rate at which this run fetches. `known` are sizes in bytes by file. */
export function transferProgress(bar: ProgressBar, known: ReadonlyMap<string, number | undefined>): TransferProgress {
  const started = monotonicMs();
  const transfers = new Map<string, Transfer>();
  return {
    update(file, done, total) {
      const { before } = transfers.get(file) ?? { before: done };
      transfers.set(file, { before: Math.min(before, done), done, total });
      const sums = sumOf([...known].map(([name, bytes]) => ({ ...(transfers.get(name) ?? idle), expected: bytes })));
      const seconds = Math.max((monotonicMs() - started) / 1000, 0.001);
      bar.update(
        megabytes(sums.done),
        megabytes(sums.total),
        `MB, ${formatBytes(Math.round(sums.fetched / seconds))}/s`,
      );
    },
  };
}

const idle: Transfer = { before: 0, done: 0, total: undefined };

function sumOf(transfers: readonly (Transfer & { expected?: number })[]) {
  const sums = { done: 0, total: 0, fetched: 0 };
  for (const { before, done, total, expected } of transfers) {
    sums.done += done;
    sums.total += total ?? expected ?? done;
    sums.fetched += done - before;
  }
  return sums;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
