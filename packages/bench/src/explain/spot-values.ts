import { isSpotbenchError } from '@spotbench/core';
import { readPredictions } from '../cell/predictions.ts';
import { foldOpener } from '../rescore/open-folds.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Measured and predicted values of one gene on the spots of a section: what its row is computed from. */
export interface SpotValues {
  readonly cell: string;
  readonly spots: readonly { readonly spot: string; readonly measured: number; readonly predicted: number }[];
}

/** The spots behind a gene's row; undefined where predictions or data are not on this machine. */
export async function spotValues(
  workspace: Workspace,
  cell: string,
  section: string,
  gene: string,
): Promise<SpotValues | undefined> {
  try {
    const { manifest } = await storedRun(workspace, cell);
    const prediction = (await readPredictions(runFolder(workspace, cell), manifest)).find(
      (p) => p.section === section,
    )!;
    const { fold } = await foldOpener(workspace)(cell);
    const truth = await fold.truth(section);
    const [t, p] = [truth.genes.indexOf(gene), prediction.genes.indexOf(gene)];
    const spots = prediction.spotIds.map((spot, i) => ({
      spot,
      measured: truth.values[i * truth.genes.length + t],
      predicted: prediction.values[i * prediction.genes.length + p],
    }));
    return { cell, spots };
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}
