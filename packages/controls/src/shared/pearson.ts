/** Truth and prediction of one section, row-major. [N, G] each */
export interface Scored {
  readonly truth: Float32Array;
  readonly predicted: Float32Array;
  readonly genes: number;
}

/**
 * Pearson correlation of every gene over the spots of one section: cov(t, p) / (sd t · sd p). [G]
 * Constant truth gives NaN (nobody's fault), constant prediction 0 (the method's), as protocol rule 6 has it.
 */
export function pearsonPerGene({ truth, predicted, genes }: Scored): Float64Array {
  return Float64Array.from({ length: genes }, (_, g) => pearsonOfColumn(truth, predicted, g, genes));
}

/** Mean of `pearsonPerGene` over the genes whose truth varies; NaN when none does. */
export function meanPearson(scored: Scored): number {
  const defined = pearsonPerGene(scored).filter((r) => !Number.isNaN(r));
  return defined.reduce((sum, r) => sum + r, 0) / defined.length;
}

function pearsonOfColumn(truth: Float32Array, predicted: Float32Array, g: number, genes: number): number {
  if (isConstant(truth, g, genes)) return NaN;
  if (isConstant(predicted, g, genes)) return 0;
  const meanTruth = meanOfColumn(truth, g, genes);
  const meanPredicted = meanOfColumn(predicted, g, genes);
  let covariance = 0;
  let varianceTruth = 0;
  let variancePredicted = 0;
  for (let at = g; at < truth.length; at += genes) {
    const t = truth[at] - meanTruth;
    const p = predicted[at] - meanPredicted;
    covariance += t * p;
    varianceTruth += t * t;
    variancePredicted += p * p;
  }
  return covariance / Math.sqrt(varianceTruth * variancePredicted);
}

function isConstant(values: Float32Array, g: number, genes: number): boolean {
  for (let at = g; at < values.length; at += genes) if (values[at] !== values[g]) return false;
  return true;
}

function meanOfColumn(values: Float32Array, g: number, genes: number): number {
  let sum = 0;
  for (let at = g; at < values.length; at += genes) sum += values[at];
  return sum / (values.length / genes);
}
