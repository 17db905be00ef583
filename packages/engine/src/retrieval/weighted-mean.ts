import type { ReferenceBank } from '@spotbench/core';

/** sum_j w_j expression_j over the neighbours, summed in float64 in the order given. [G] */
export function weightedMean(
  { expression, geneCount }: Pick<ReferenceBank, 'expression' | 'geneCount'>,
  neighbours: Uint32Array,
  weights: Float64Array,
): Float64Array {
  const mean = new Float64Array(geneCount);
  for (let j = 0; j < neighbours.length; j++) {
    const weight = weights[j];
    for (let g = 0, at = neighbours[j] * geneCount; g < geneCount; g++, at++) mean[g] += weight * expression[at];
  }
  return mean;
}
