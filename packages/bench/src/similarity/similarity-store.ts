import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile, hashValue, similarities, writeFileAtomic } from '@spotbench/core';
import { z } from 'zod';
import { loadDatasets } from '../datasets/load.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { foldOpener } from '../rescore/open-folds.ts';
import { codeHash } from '../registry/code-hash.ts';
import type { CellState } from '../results/cell-state.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { compareCell, type CellSimilarities } from './cell-similarities.ts';
import { labelFile, readLabels, type SpotLabels } from './labels.ts';

/** Source that decides a similarity, predictions and truth apart: those are in the run's hash. */
const CODE = [
  'packages/core/src/similarity',
  'packages/core/src/metrics',
  'packages/core/src/geometry',
  'packages/core/src/transforms/k-means.ts',
  'packages/core/src/transforms/dense-products.ts',
  'packages/bench/src/similarity',
];

const names = similarities.map(({ name }) => name) as [string, ...string[]];
const one = z.union([
  z.strictObject({ value: z.number(), reason: z.null() }),
  z.strictObject({
    value: z.null(),
    reason: z.enum(['constant_pred', 'constant_truth', 'too_few', 'no_raster', 'no_labels']),
  }),
]);
const fileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  key: z.string(),
  hash: z.string().describe('Of the sections: tells a damaged file.'),
  sections: z.record(z.string(), z.record(z.enum(names), one)),
});

/** A cell with scores, and the genes of the ranking set in each of its sections. */
export interface ComparableCell {
  readonly state: Extract<CellState, { kind: 'ok' }>;
  readonly genes: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads the similarities of finished cells. Those computed before are in .spotbench/similarities, under a key of everything the
 * run left, the labels, the genes and the code; others are computed from stored predictions. Cells of one fold should follow
 * each other, one at a time: opening a fold takes longer than comparing a cell.
 */
export function similarityReader(workspace: Workspace): (cell: ComparableCell) => Promise<CellSimilarities> {
  const code = codeHash(workspace, CODE);
  const { datasets } = loadDatasets(workspace);
  const open = foldOpener(workspace);
  return async ({ state, genes }) => {
    const { id, dataset } = state.cell;
    const entry = datasets[dataset];
    const labels = labelReader(workspace, dataset, entry);
    const labelHashes = await Promise.all(Object.keys(genes).sort().map(labels.hash));
    const key = hashValue([state.manifest.hash, code, entry.labels ?? null, labelHashes, genes]);
    const path = join(workspace.store, 'similarities', `${id}.json`);
    const known = await readKnown(path, key);
    if (known) return known;
    const sections = await compareCell(workspace, state, await open(id), { genes, labels: labels.read });
    await writeFileAtomic(path, `${JSON.stringify({ schemaVersion: 1, key, hash: hashValue(sections), sections })}\n`);
    return sections;
  };
}

function labelReader(workspace: Workspace, dataset: string, entry: DatasetEntry) {
  const pathOf = (section: string): string | undefined => labelFile(workspace, dataset, entry, section);
  return {
    hash: async (section: string): Promise<string | null> => {
      const path = pathOf(section);
      return path === undefined ? null : hashFile(path);
    },
    read: async (section: string, spotIds: readonly string[]): Promise<SpotLabels | undefined> => {
      const path = pathOf(section);
      return path === undefined ? undefined : readLabels(path, entry.labels!, section, spotIds);
    },
  };
}

/** What was computed before under the same key; a file of another key or form, or a damaged one, counts as none. */
async function readKnown(path: string, key: string): Promise<CellSimilarities | undefined> {
  if (!existsSync(path)) return undefined;
  const file = fileSchema.safeParse(parsed(await readFile(path, 'utf8')));
  if (!file.success || file.data.key !== key || file.data.hash !== hashValue(file.data.sections)) return undefined;
  return file.data.sections as CellSimilarities;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
