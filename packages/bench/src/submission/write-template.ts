import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SpotbenchError, writeFileAtomic } from '@spotbench/core';
import { stringify } from 'csv-stringify/sync';
import type { Workspace } from '../workspace/workspace.ts';
import { CARD, emptyCard } from './card.ts';
import { neededPredictions, type NeededFold } from './needed-predictions.ts';
import { foldFolder, GENES_FILE, spotsFile } from './read-table.ts';

/**
 * Writes what authors of predictions need: an empty card and, by fold, which sections may be learnt from and which are
 * predicted, the genes, and the spots of every predicted section.
 *
 * @returns the folds. @throws SpotbenchError `bad-config` for a folder with something in it; see also `neededPredictions`.
 */
export async function writeTemplate(
  workspace: Workspace,
  { dataset, protocol, out }: { dataset: string; protocol: string; out: string },
): Promise<readonly NeededFold[]> {
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new SpotbenchError('bad-config', `${out}: needed a new or empty folder, found files in it; name another`);
  const folds = await neededPredictions(workspace, dataset, protocol);
  await writeFileAtomic(join(out, CARD), emptyCard(dataset, protocol));
  for (const fold of folds) {
    for (const [name, text] of Object.entries(foldFiles(fold))) {
      await writeFileAtomic(join(out, foldFolder(fold.fold), name), text);
    }
  }
  return folds;
}

function foldFiles({ training, genes, test }: NeededFold): Record<string, string> {
  const roles = [
    ...training.map((section) => ({ section, role: 'training' })),
    ...test.map(({ id }) => ({ section: id, role: 'test' })),
  ];
  return {
    'sections.csv': stringify(roles, { header: true }),
    [GENES_FILE]: stringify(
      genes.map((gene) => ({ gene })),
      { header: true },
    ),
    ...Object.fromEntries(test.map(({ id, spots }) => [spotsFile(id), spotsCsv(spots)])),
  };
}

function spotsCsv({ ids, arrayX, arrayY, pixelX, pixelY }: NeededFold['test'][number]['spots']): string {
  const rows = ids.map((spot, i) => {
    return { spot, arrayX: arrayX[i], arrayY: arrayY[i], pixelX: pixelX[i], pixelY: pixelY[i] };
  });
  return stringify(rows, { header: true });
}
