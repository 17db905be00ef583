import type {
  Expression,
  FeatureMatrix,
  FeatureView,
  Slide,
  Spots,
  TrainingSlide,
  ViewFeatures,
} from '@spotbench/core';

/** The slide with only these of its spots, in this order. A view shared by all its spots stays as it is. */
export function withSpots(slide: TrainingSlide, rows: readonly number[]): TrainingSlide {
  const N = slide.spots.ids.length;
  const take = (values: Float32Array): Float32Array => takeRows(values, values.length / N, rows);
  const { ids, arrayX, arrayY, pixelX, pixelY } = slide.spots;
  const spots: Spots = {
    ids: rows.map((row) => ids[row]),
    arrayX: take(arrayX),
    arrayY: take(arrayY),
    pixelX: take(pixelX),
    pixelY: take(pixelY),
  };
  const features: FeatureMatrix = { ...slide.features!, values: take(slide.features!.values) };
  const { expression } = slide;
  return {
    ...slide,
    spots,
    features,
    ...(slide.views && { views: viewsOfSpots(slide.views, N, rows) }),
    expression: { ...expression, values: take(expression.values), librarySize: take(expression.librarySize) },
  };
}

/** The slide as a method is handed it to predict. */
export function withoutExpression({ id, patient, spots, features, views, patches }: TrainingSlide): Slide {
  return { id, patient, spots, features, views, patches };
}

/** The slide with another expression in the place of its own: every number replaced by one of another spot and gene. */
export function withOtherExpression(slide: TrainingSlide): TrainingSlide {
  const { expression } = slide;
  const other: Expression = {
    ...expression,
    values: expression.values.slice().reverse(),
    librarySize: expression.librarySize.map((size, i) => size + 1 + i),
  };
  return { ...slide, expression: other };
}

/** Rows of a row-major array. */
export function takeRows(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return taken;
}

function viewsOfSpots(views: NonNullable<TrainingSlide['views']>, N: number, rows: readonly number[]) {
  return Object.fromEntries(
    Object.entries(views as Readonly<Record<FeatureView, ViewFeatures>>).map(([name, view]) => {
      if (view.rows !== N) return [name, view];
      return [name, { ...view, rows: rows.length, values: takeRows(view.values, view.tokens * view.width, rows) }];
    }),
  );
}
