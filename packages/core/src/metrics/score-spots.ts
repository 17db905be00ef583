import { alignPrediction } from './align.ts';
import type { Metric, UndefinedReason } from './metric.ts';
import { pairMoments, whyUndefined } from './pair-moments.ts';
import { pearsonFrom } from './pearson.ts';
import type { SectionPair } from './score-section.ts';

/** The correlation of one spot across genes. */
export interface SpotScore {
  readonly spotId: string;
  readonly nGenes: number;
  readonly spotPcc: number | null;
  /** As for genes, with truth or prediction constant across genes, and `too_few` for fewer than 3 genes. */
  readonly undefined: UndefinedReason | null;
}

/**
 * Pearson's r across genes: how well a spot's profile is ordered. Mostly rewards knowing which genes are high on average, so
 * it is shown beside the training-mean control and never alone.
 */
export const spotPearson: Metric<'spotPcc'> = {
  name: 'spotPcc',
  title: 'Pearson correlation of a spot',
  formula: String.raw`r = \frac{\sum_g (t_g - \bar t)(p_g - \bar p)}{\sqrt{\sum_g (t_g - \bar t)^2 \sum_g (p_g - \bar p)^2}}`,
  reference: 'Pearson, Proceedings of the Royal Society of London 58 (1895), 240-242; over genes g of one spot',
  scope: 'spot across genes',
  unit: 'none',
  range: [-1, 1],
  direction: 'higher is better',
  ties: 'no special role',
  undefinedMeans:
    'Truth constant across genes or fewer than 3 genes: excluded and counted. Prediction constant across genes, or any gene missing: 0 and counted.',
  compute: (truth, prediction) => pearsonFrom(pairMoments(truth, prediction)),
};

/**
 * Scores every spot across the truth's genes, in the truth's spot order. Where the method did not return every gene, no spot
 * has a value: a profile of the easy genes is not the spot's profile.
 * @throws SpotbenchError `bad-prediction` as `scoreSection`.
 */
export function scoreSpots({ truth, prediction }: SectionPair): SpotScore[] {
  const { predictionColumns } = alignPrediction(truth, prediction);
  const rowOf = new Map(prediction.spotIds.map((id, i) => [id, i]));
  const order = truth.genes.map((_, i) => i).sort((a, b) => (truth.genes[a] < truth.genes[b] ? -1 : 1));
  const missing = predictionColumns.includes(-1);
  const width = prediction.genes.length;
  return truth.spotIds.map((spotId, i): SpotScore => {
    const row = rowOf.get(spotId)! * width;
    const measured = Float32Array.from(order, (j) => truth.values[i * truth.genes.length + j]);
    const predicted = Float32Array.from(order, (j) => (missing ? 0 : prediction.values[row + predictionColumns[j]]));
    const moments = pairMoments(measured, predicted);
    const why = whyUndefined(moments);
    const reason = missing && why === 'constant_pred' ? 'missing_by_method' : why;
    return { spotId, nGenes: order.length, spotPcc: pearsonFrom(moments), undefined: reason };
  });
}

/**
 * Mean of a section's spot correlations under the headline's policy: a spot the method left undefined counts 0, a spot whose
 * truth is undefined is left out. Null where no spot counts.
 */
export function meanSpotPcc(scores: readonly SpotScore[]): number | null {
  const methodsFault = (reason: UndefinedReason | null): boolean =>
    reason === 'constant_pred' || reason === 'missing_by_method';
  const counted = scores.filter(({ undefined: reason }) => reason === null || methodsFault(reason));
  return counted.length === 0 ? null : counted.reduce((sum, { spotPcc }) => sum + (spotPcc ?? 0), 0) / counted.length;
}
