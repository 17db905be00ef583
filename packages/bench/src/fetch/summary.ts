import { locateDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { formatBytes } from './format-bytes.ts';
import { planDataset, type PlannedDataset, type PlannedFile } from './planned-files.ts';

/** A data set and what of it is on this machine, as far as can be told without reading it. */
export interface DatasetSummary {
  readonly dataset: string;
  readonly title: string;
  readonly licence: string;
  /** The hardest of its files to get. `generated`: made on this machine. */
  readonly access: 'open' | 'gated' | 'by-hand' | 'generated';
  readonly root: string;
  readonly sections: { readonly present: number; readonly total: number };
  readonly files: { readonly present: number; readonly total: number };
  /** Size of all files to download; of `unknownSizes` files it is not known. */
  readonly bytes: number;
  readonly unknownSizes: number;
  /** Why sections are not there, each reason once. */
  readonly missing: readonly string[];
}

/** Sums up a data set. Reads no data and asks no server. */
export async function summarise(workspace: Workspace, id: string, entry: DatasetEntry): Promise<DatasetSummary> {
  const located = locateDataset(workspace, id, entry);
  const { files, root } = await planDataset(workspace, id, entry);
  return {
    dataset: id,
    title: entry.title,
    licence: entry.licence,
    access: accessOf(entry, files),
    root,
    sections: { present: located.present.length, total: entry.sections.length },
    files: { present: files.filter(({ present }) => present).length, total: files.length },
    ...sizeOf(files),
    missing: [...new Set(located.missing.map(({ reason }) => reason))],
  };
}

function accessOf(entry: DatasetEntry, files: readonly PlannedFile[]): DatasetSummary['access'] {
  if (entry.generator) return 'generated';
  const found = (['by-hand', 'gated'] as const).find((access) => files.some((file) => file.access === access));
  return found ?? 'open';
}

/** Bytes of the files whose size is known, and how many others there are. */
export function sizeOf(files: PlannedDataset['files']): { bytes: number; unknownSizes: number } {
  return {
    bytes: files.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    unknownSizes: files.filter(({ bytes }) => bytes === undefined).length,
  };
}

/** `629.6 MB`, `629.6 MB and 2 files of unknown size`, `size unknown`. */
export function describeSize({ bytes, unknownSizes }: { bytes: number; unknownSizes: number }): string {
  if (unknownSizes === 0) return formatBytes(bytes);
  if (bytes === 0) return 'size unknown';
  return `${formatBytes(bytes)} and ${unknownSizes} ${unknownSizes === 1 ? 'file' : 'files'} of unknown size`;
}
