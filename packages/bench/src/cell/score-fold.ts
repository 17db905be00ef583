import { scoreSection, type GeneScore } from '@spotbench/core';
import { readCounts, type DataArtefact } from '../data/data-artefact.ts';
import type { FoldData } from './load-fold.ts';
import type { SectionPrediction } from './predictions.ts';

/** Scores stored predictions of a fold. This is where the expression of test sections is first read for a method. */
export async function scoreFold(
  data: DataArtefact,
  { target, test }: FoldData,
  predictions: readonly SectionPrediction[],
  onSection?: (section: string) => void,
): Promise<Record<string, GeneScore[]>> {
  const scored: Record<string, GeneScore[]> = {};
  for (const { section, spotIds, genes, values } of predictions) {
    onSection?.(section);
    const truth = target.apply(await readCounts(data, section));
    const slide = test.find((s) => s.id === section)!;
    scored[section] = scoreSection({
      truth: { spotIds: slide.spots.ids, genes: truth.genes, values: truth.values },
      prediction: { spotIds, genes, values },
    });
  }
  return scored;
}
