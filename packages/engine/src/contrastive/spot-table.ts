import { SpotbenchError, type Slide, type TrainingSlide } from '@spotbench/core';
import { concatenate } from './concatenate.ts';

/** The spots of several sections as one table, in the order of the sections. N spots. */
export interface SpotTable {
  readonly count: number;
  /** Frozen image features. [N, featureWidth] */
  readonly features: Float32Array;
  readonly featureWidth: number;
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

/** Joins training sections. @throws SpotbenchError `bad-data` when features are missing or of different widths. */
export function spotTable(slides: readonly TrainingSlide[], geneCount: number): SpotTable {
  const features = slides.map(featuresOf);
  const featureWidth = features[0]?.names.length ?? 0;
  slides.forEach((slide, i) => requireWidth(slide.id, features[i].names.length, featureWidth));
  const sections = rangesOf(slides);
  return {
    count: sections.at(-1)?.end ?? 0,
    features: concatenate(features.map(({ values }) => values)),
    featureWidth,
    positions: positionsOf(slides),
    expression: concatenate(slides.map(({ expression }) => expression.values)),
    geneCount,
    sections,
  };
}

/** The frozen features of a slide. @throws SpotbenchError `missing-data` where it has none. */
export function featuresOf(slide: Slide): NonNullable<Slide['features']> {
  if (slide.features !== undefined) return slide.features;
  throw new SpotbenchError('missing-data', `section ${slide.id}: the frozen regime needs image features, got none`);
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

function requireWidth(section: string, width: number, needed: number): void {
  if (width === needed) return;
  throw new SpotbenchError(
    'bad-data',
    `section ${section}: needed ${needed} features a spot as in the first section, got ${width}`,
  );
}
