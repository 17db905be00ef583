import { MIN_SPOTS } from '../metrics/metric.ts';
import type { SectionColumns } from './section-columns.ts';
import type { SectionLayout } from './section-layout.ts';
import { none, similar, type SectionSimilarity, type Similarity } from './similarity.ts';

export const moransISimilarity: Similarity = {
  name: 'moransI',
  title: "Moran's I similarity",
  formula: String.raw`\frac{1}{G}\sum_g 1 - \lvert I(t_g) - I(p_g)\rvert, \quad I(x) = \frac{n}{\sum_{ij} w_{ij}} \frac{\sum_{ij} w_{ij} (x_i - \bar x)(x_j - \bar x)}{\sum_i (x_i - \bar x)^2}`,
  reference: 'Moran, Biometrika 37 (1950), 17-23; w: 1 / number of neighbours on the array, as esda has it',
  genes: 'ranking set',
  range: [null, 1],
  direction: 'higher is better',
  undefinedMeans: 'Genes of constant truth are left out; a gene of constant prediction counts 0.',
};

/** Whether genes are as patchy, or as smooth, in the prediction as on the slide. Says nothing about where. */
export function moransISimilarityOf(
  { spotIds, genes }: SectionColumns,
  { neighbours }: SectionLayout,
): SectionSimilarity {
  if (spotIds.length < MIN_SPOTS || neighbours.every(({ length }) => length === 0)) return none('too_few');
  if (genes.length === 0) return none('constant_truth');
  if (genes.every(({ predictionIsConstant }) => predictionIsConstant)) return none('constant_pred');
  const values = genes.map(({ truth, prediction, predictionIsConstant }) =>
    predictionIsConstant ? 0 : 1 - Math.abs(moransI(truth, neighbours) - moransI(prediction, neighbours)),
  );
  return similar(values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** Moran's I of a column that varies, rows of the weights summing to 1; spots without neighbours have none. [N] */
export function moransI(values: Float32Array, neighbours: readonly Uint32Array[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let products = 0;
  let squares = 0;
  let weights = 0;
  for (const [i, near] of neighbours.entries()) {
    squares += (values[i] - mean) ** 2;
    if (near.length === 0) continue;
    let around = 0;
    for (const j of near) around += values[j] - mean;
    products += ((values[i] - mean) * around) / near.length;
    weights++;
  }
  return ((values.length / weights) * products) / squares;
}
