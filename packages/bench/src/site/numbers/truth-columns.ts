import { SpotbenchError } from '@spotbench/core';
import type { SectionPrediction } from '../../cell/predictions.ts';
import type { Cell } from '../../plan/cell-id.ts';
import type { SiteDataset } from '../site-input.ts';

/** Measured values of some genes of a predicted section, one array [N] a gene; undefined where they are not at hand. */
export type TruthColumns = (
  cell: Cell,
  prediction: SectionPrediction,
  genes: readonly string[],
) => Promise<readonly Float32Array[] | undefined>;

/**
 * Measured values for all methods of one data set. The columns that were asked for once are kept, by protocol, section and fold
 * (each fold has its own panel): the other methods of the ranking ask for the same.
 */
export function truthColumns(dataset: SiteDataset): TruthColumns {
  const kept = new Map<string, Map<string, Float32Array>>();
  return async ({ protocol, fold }, { section, genes: all, spotIds }, genes) => {
    const key = [protocol, fold, section].join('\0');
    const columns = kept.get(key) ?? new Map<string, Float32Array>();
    kept.set(key, columns);
    if (genes.some((gene) => !columns.has(gene))) {
      const values = await dataset.truth(protocol, section, all);
      if (values === undefined) return undefined;
      if (values.length !== spotIds.length * all.length)
        throw new SpotbenchError(
          'bad-data',
          `section ${section}: ${spotIds.length} spots x ${all.length} genes were predicted, the data here has ${values.length} values for these genes; run the cells again`,
        );
      for (const gene of genes) columns.set(gene, columnAt(values, all.indexOf(gene), spotIds.length));
    }
    return genes.map((gene) => columns.get(gene)!);
  };
}

/** One column of row-major values [N, G]. [N] */
export function columnAt(values: Float32Array, column: number, rows: number): Float32Array {
  const width = values.length / rows;
  const out = new Float32Array(rows);
  for (let i = 0; i < rows; i++) out[i] = values[i * width + column];
  return out;
}
