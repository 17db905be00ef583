import { alignPrediction } from '../metrics/align.ts';
import { pairMoments } from '../metrics/pair-moments.ts';
import type { SectionPair } from '../metrics/score-section.ts';

/** A gene of a section, measured and predicted, spots in the order of their sorted names. */
export interface GeneColumns {
  readonly gene: string;
  /** [N] */
  readonly truth: Float32Array;
  /** Zeros where the method did not return the gene. [N] */
  readonly prediction: Float32Array;
  /** As for correlations: equal up to 16 units in the last place. */
  readonly predictionIsConstant: boolean;
}

/** The columns of a section's genes whose truth varies. */
export interface SectionColumns {
  /** Sorted. [N] */
  readonly spotIds: readonly string[];
  readonly genes: readonly GeneColumns[];
}

/**
 * Takes the columns of `wanted` genes from a section, by name; genes that the section did not measure, or that do not vary in it,
 * are left out. @throws SpotbenchError as `alignPrediction`.
 */
export function sectionColumns({ truth, prediction }: SectionPair, wanted: readonly string[]): SectionColumns {
  const { truthRows, predictionRows, predictionColumns } = alignPrediction(truth, prediction);
  const columnOf = new Map(truth.genes.map((gene, column) => [gene, column]));
  const genes = [...wanted].sort().flatMap((gene) => {
    const column = columnOf.get(gene);
    if (column === undefined) return [];
    const predicted = predictionColumns[column];
    const measured = columnOfRows(truth.values, truth.genes.length, truthRows, column);
    const values = columnOfRows(prediction.values, prediction.genes.length, predictionRows, predicted);
    const { truthIsConstant, predIsConstant } = pairMoments(measured, values);
    return truthIsConstant ? [] : [{ gene, truth: measured, prediction: values, predictionIsConstant: predIsConstant }];
  });
  return { spotIds: [...truth.spotIds].sort(), genes };
}

function columnOfRows(values: Float32Array, width: number, rows: Uint32Array, column: number): Float32Array {
  if (column < 0) return new Float32Array(rows.length);
  return Float32Array.from(rows, (row) => values[row * width + column]);
}
