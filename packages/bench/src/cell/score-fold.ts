import { scoreSection, type GeneScore } from '@spotbench/core';
import type { FoldData } from './load-fold.ts';
import type { SectionPrediction } from './predictions.ts';

/** Scores stored predictions of a fold. This is where the expression of test sections is first read for a method. */
export async function scoreFold(
  { truth: truthOf, test }: FoldData,
  predictions: readonly SectionPrediction[],
  onSection?: (section: string) => void,
): Promise<Record<string, GeneScore[]>> {
  const scored: Record<string, GeneScore[]> = {};
  for (const { section, spotIds, genes, values } of predictions) {
    onSection?.(section);
    const truth = await truthOf(section);
    const slide = test.find((s) => s.id === section)!;
    scored[section] = scoreSection({
      truth: { spotIds: slide.spots.ids, genes: truth.genes, values: truth.values },
      prediction: { spotIds, genes, values },
    });
  }
  return scored;
}
