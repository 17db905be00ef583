import type { TrainingSlide } from '@spotbench/core';
import { meanPearson } from './pearson.ts';

/** A hyper-parameter value and how it was found, for the run record. */
export interface Choice {
  readonly value: number;
  readonly selectedBy: string;
}

export interface Candidates {
  /** Name of the hyper-parameter. */
  readonly name: string;
  readonly grid: readonly number[];
  /** Used when a fold has no validation section. */
  readonly fallback: number;
}

/**
 * The grid value with the highest validation score: Pearson r per gene within a section, mean over genes, mean over
 * validation sections. Ties go to the earlier value. Without validation sections
 * in which a gene varies, the stated default.
 */
export function selectOnValidation(
  { name, grid, fallback }: Candidates,
  validation: readonly TrainingSlide[],
  predictWith: (value: number) => (slide: TrainingSlide) => Float32Array,
): Choice {
  let best = { value: fallback, score: -Infinity };
  for (const value of validation.length > 0 ? grid : []) {
    const score = validationScore(validation, predictWith(value));
    if (score > best.score) best = { value, score };
  }
  const source = best.score > -Infinity ? 'validation sections' : 'default';
  return { value: best.value, selectedBy: `${source}: ${name} = ${best.value}` };
}

/** Mean over sections of the mean per-gene Pearson r; sections in which no gene varies do not count. */
function validationScore(sections: readonly TrainingSlide[], predict: (slide: TrainingSlide) => Float32Array): number {
  const scores = sections
    .map((slide) =>
      meanPearson({
        truth: slide.expression.values,
        predicted: predict(slide),
        genes: slide.expression.genes.length,
      }),
    )
    .filter((score) => !Number.isNaN(score));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
