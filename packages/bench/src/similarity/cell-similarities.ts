import {
  sectionLayout,
  similaritiesOf,
  type ArtefactManifest,
  type SectionSimilarity,
  type SimilarityName,
} from '@spotbench/core';
import { readPredictions } from '../cell/predictions.ts';
import type { OpenFold } from '../rescore/open-folds.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { SpotLabels } from './labels.ts';

/** Similarities of a cell's test sections, by section and name. */
export type CellSimilarities = Readonly<Record<string, Readonly<Record<SimilarityName, SectionSimilarity>>>>;

/** What a cell's predictions are compared on. */
export interface ComparedOn {
  /** Genes of the set that the table ranks by, by section. */
  readonly genes: Readonly<Record<string, readonly string[]>>;
  readonly labels: (section: string, spotIds: readonly string[]) => Promise<SpotLabels | undefined>;
}

/** Compares a cell's stored predictions with the truth of their sections; nothing is fitted. */
export async function compareCell(
  workspace: Workspace,
  { cell, manifest }: { readonly cell: { readonly id: string }; readonly manifest: ArtefactManifest },
  { fold }: OpenFold,
  { genes, labels }: ComparedOn,
): Promise<CellSimilarities> {
  const found: Record<string, CellSimilarities[string]> = {};
  for (const { section, spotIds, ...prediction } of await readPredictions(runFolder(workspace, cell.id), manifest)) {
    const { spots } = fold.test.find(({ id }) => id === section)!;
    const truth = await fold.truth(section);
    found[section] = similaritiesOf({
      truth: { spotIds: spots.ids, genes: truth.genes, values: truth.values },
      prediction: { spotIds, ...prediction },
      layout: sectionLayout(spots),
      genes: genes[section] ?? [],
      labels: await labels(section, spots.ids),
    });
  }
  return found;
}
