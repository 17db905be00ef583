import { MIN_SPOTS } from '../metrics/metric.ts';
import type { SectionColumns } from './section-columns.ts';
import { none, similar, type SectionSimilarity, type Similarity } from './similarity.ts';

export const geneGene: Similarity = {
  name: 'geneGene',
  title: 'Gene-gene correlation similarity',
  formula: String.raw`r\bigl((r(t_g, t_h))_{g<h},\ (r(p_g, p_h))_{g<h}\bigr)`,
  reference: "Pearson's r of the entries above the diagonal of the two gene by gene correlation matrices over spots",
  genes: 'ranking set',
  range: [-1, 1],
  direction: 'higher is better',
  undefinedMeans:
    'Genes of constant truth are left out; a gene of constant prediction correlates 0 with every other. Where all predicted correlations are equal the section counts 0.',
};

/** Whether genes that rise and fall together do so in the prediction. */
export function geneGeneSimilarity({ spotIds, genes }: SectionColumns): SectionSimilarity {
  if (spotIds.length < MIN_SPOTS || genes.length < MIN_SPOTS) return none('too_few');
  const measured = correlations(genes.map(({ truth }) => truth));
  const predicted = correlations(genes.map((gene) => (gene.predictionIsConstant ? null : gene.prediction)));
  const [a, b] = [unitVector(measured), unitVector(predicted)];
  if (a === null) return none('constant_truth');
  return b === null ? none('constant_pred') : similar(dot(a, b));
}

/** Entries above the diagonal of the correlation matrix; 0 where a column is null. */
function correlations(columns: readonly (Float32Array | null)[]): Float64Array {
  const units = columns.map((column) => (column === null ? null : unitVector(Float64Array.from(column))));
  const entries: number[] = [];
  for (let g = 0; g < units.length; g++)
    for (let h = g + 1; h < units.length; h++) {
      const [a, b] = [units[g], units[h]];
      entries.push(a === null || b === null ? 0 : dot(a, b));
    }
  return Float64Array.from(entries);
}

/** Centred and of length 1; null where all values are equal. */
function unitVector(values: Float64Array): Float64Array | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const length = Math.sqrt(dot(centred, centred));
  return length > 1e-12 * Math.max(1, Math.abs(mean)) ? centred.map((value) => value / length) : null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
