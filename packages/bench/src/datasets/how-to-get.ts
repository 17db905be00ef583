import type { DatasetEntry } from './schema.ts';

/** How to get a data set that is not on this machine, for messages: the command that fetches it, where there is one. */
export function howToGet(id: string, { folder = id, downloads = [] }: DatasetEntry): string {
  const point = `point SPOTBENCH_DATA at the folder that holds ${folder}/`;
  if (!downloads.some(({ addresses }) => addresses.length > 0)) return point;
  const access = downloads.map((download) => download.access);
  const but = access.includes('gated')
    ? ' (needs an account)'
    : access.includes('by-hand')
      ? ' (but for files that are got by hand)'
      : '';
  return `npx spotbench data fetch ${id}${but}, or ${point}`;
}
