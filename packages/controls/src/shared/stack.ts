import { SpotbenchError } from '@spotbench/core';
import type { FeatureMatrix, Slide, TrainingData, TrainingSlide } from '@spotbench/core';
import type { Matrix } from './matrix.ts';

/**
 * Expression of several sections, one below the other. [N, G]
 * @throws SpotbenchError `bad-data` when there is no spot, or a section has other genes than the fold.
 */
export function stackExpression(control: string, slides: readonly TrainingSlide[], genes: readonly string[]): Matrix {
  const parts = slides.map(({ id, expression }) => {
    const same = expression.genes.length === genes.length && expression.genes.every((gene, g) => gene === genes[g]);
    if (!same)
      throw new SpotbenchError(
        'bad-data',
        `${control}: section ${id} must have the fold's ${genes.length} genes in their order, got ${expression.genes.length} genes`,
      );
    return expression.values;
  });
  const values = concatenate(parts);
  if (values.length === 0) throw new SpotbenchError('bad-data', `${control}: needs training spots and genes, got none`);
  return { rows: values.length / genes.length, columns: genes.length, values };
}

/** Features of several sections, one below the other. [N, D] @throws as `featuresOf` does. */
export function stackFeatures(control: string, slides: readonly Slide[]): Matrix {
  const parts = slides.map((slide) => featuresOf(control, slide));
  const columns = parts[0]?.columns ?? 0;
  for (const [i, part] of parts.entries()) {
    if (part.columns !== columns)
      throw new SpotbenchError(
        'bad-data',
        `${control}: section ${slides[i].id} must have ${columns} features as the first section has, got ${part.columns}`,
      );
  }
  const values = concatenate(parts.map((part) => part.values));
  return { rows: values.length / columns, columns, values };
}

/**
 * The frozen features of one section. [N, D]
 * @throws SpotbenchError `missing-data` when the section has none, `bad-data` when they are not one row per spot.
 */
export function featuresOf(control: string, slide: Slide): { rows: number; columns: number; values: Float32Array } {
  const features: FeatureMatrix | undefined = slide.features;
  if (features === undefined)
    throw new SpotbenchError(
      'missing-data',
      `${control}: section ${slide.id} needs the features of a frozen encoder, got none; run it in the frozen regime`,
    );
  const rows = slide.spots.ids.length;
  const columns = features.names.length;
  if (features.values.length !== rows * columns)
    throw new SpotbenchError(
      'bad-data',
      `${control}: features of section ${slide.id} must be [${rows}, ${columns}], got ${features.values.length} numbers`,
    );
  return { rows, columns, values: features.values };
}

/** Every section a control may learn from once its hyper-parameters are chosen. */
export function allSections(data: TrainingData): readonly TrainingSlide[] {
  return [...data.train, ...data.validation];
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
