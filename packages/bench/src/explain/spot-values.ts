import { SpotbenchError } from '@spotbench/core';
import { readPredictions } from '../cell/predictions.ts';
import type { foldOpener } from '../rescore/open-folds.ts';
import { checkSameFold } from '../rescore/rescore-cell.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { ExplainedCell } from './result-source.ts';

/** Measured and predicted values of one gene on the spots of a section: what its row is computed from. */
export interface SpotValues {
  readonly cell: string;
  readonly spots: readonly { readonly spot: string; readonly measured: number; readonly predicted: number }[];
}

/**
 * The spots behind a gene's row.
 *
 * @throws SpotbenchError `missing-data` or `damaged-artefact` where predictions or data are not on this machine; `bad-data` where
 * they are those of another run than the row's, or of other data.
 */
export async function spotValues(
  workspace: Workspace,
  { finished: { record }, manifest }: ExplainedCell,
  { section, gene }: { readonly section: string; readonly gene: string },
  openFold: ReturnType<typeof foldOpener>,
): Promise<SpotValues> {
  const cell = record.cellId;
  const stored = await storedRun(workspace, cell);
  if (stored.manifest.hash !== manifest.hash)
    throw new SpotbenchError(
      'bad-data',
      `${cell}: the predictions on this machine are of another run than this number`,
    );
  const open = await openFold(cell);
  checkSameFold(record, open);
  const predictions = await readPredictions(runFolder(workspace, cell), manifest);
  const prediction = predictions.find((p) => p.section === section)!;
  const truth = await open.fold.truth(section);
  const [t, p] = [truth.genes.indexOf(gene), prediction.genes.indexOf(gene)];
  const spots = prediction.spotIds.map((spot, i) => ({
    spot,
    measured: truth.values[i * truth.genes.length + t],
    predicted: prediction.values[i * prediction.genes.length + p],
  }));
  return { cell, spots };
}
