import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CountMatrix } from '../../contracts/counts.ts';
import { checkCounts } from '../../counts/count-files.ts';
import { denseCounts, spotCount } from '../../counts/csr.ts';
import { isSpotbenchError } from '../../errors/spotbench-error.ts';

/** Path of a file written by scripts/golden_readers.py. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/readers/${name}`, import.meta.url));
}

/** What the count files hold. */
export interface Expected {
  readonly barcodes: string[];
  readonly genes: string[];
  readonly counts: number[][];
  readonly ids: string[];
  readonly countsById: number[][];
  readonly positions: Record<string, (string | number)[]>;
  readonly hestSums: number[];
  readonly hestThird: number[];
}

export const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Expected;

/** Counts as rows of plain numbers, checked to fit together. */
export function rowsOf(counts: CountMatrix): number[][] {
  checkCounts(counts, 'read');
  const { values } = denseCounts(counts, counts.genes);
  const width = counts.genes.length;
  return Array.from({ length: spotCount(counts) }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
}

/** The message of the SpotbenchError a promise ends in; anything else is thrown on. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isSpotbenchError(error, 'bad-data', 'missing-data', 'unsupported')) return error.message;
    throw error;
  }
  return 'no error';
}
