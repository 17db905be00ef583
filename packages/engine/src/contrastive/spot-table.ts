import { SpotbenchError, type FeatureView, type TrainingSlide } from '@spotbench/core';
import { concatenate } from './concatenate.ts';
import { viewTables, type ViewTables } from './view-table.ts';

/** The spots of several sections as one table, in the order of the sections. N spots. */
export interface SpotTable {
  readonly count: number;
  /** Frozen image features by view. */
  readonly features: ViewTables;
  /** Array coordinates x, y, rounded to integers. [N, 2] */
  readonly positions: Int32Array;
  /** [N, geneCount] */
  readonly expression: Float32Array;
  readonly geneCount: number;
  /** Where each section begins and ends among the spots. */
  readonly sections: readonly SectionRange[];
}

/** Rows `begin` to `end` (exclusive) of a table are one section. */
export interface SectionRange {
  readonly id: string;
  readonly begin: number;
  readonly end: number;
}

/** Joins training sections, with the views of the frozen features that are asked for. @throws as `viewTables`. */
export function spotTable(
  slides: readonly TrainingSlide[],
  geneCount: number,
  views: readonly FeatureView[] = ['patch'],
): SpotTable {
  const sections = rangesOf(slides);
  return {
    count: sections.at(-1)?.end ?? 0,
    features: viewTables(slides, views),
    positions: positionsOf(slides),
    expression: concatenate(slides.map(({ expression }) => expression.values)),
    geneCount,
    sections,
  };
}

/** One more than the largest coordinate: the rows a position table needs. @throws on a negative coordinate. */
export function positionCount(...tables: readonly SpotTable[]): number {
  let largest = 0;
  for (const { positions } of tables) {
    for (const coordinate of positions) {
      if (coordinate < 0)
        throw new SpotbenchError('bad-data', `array coordinates must be at least 0, got ${coordinate}`);
      largest = Math.max(largest, coordinate);
    }
  }
  return largest + 1;
}

function rangesOf(slides: readonly TrainingSlide[]): SectionRange[] {
  let begin = 0;
  return slides.map(({ id, spots }) => {
    const range = { id, begin, end: begin + spots.ids.length };
    begin = range.end;
    return range;
  });
}

function positionsOf(slides: readonly TrainingSlide[]): Int32Array {
  const pairs = slides.flatMap(({ spots }) =>
    spots.ids.map((_, i) => [Math.round(spots.arrayX[i]), Math.round(spots.arrayY[i])]),
  );
  return Int32Array.from(pairs.flat());
}
