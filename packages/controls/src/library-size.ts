import type { AnswerControl, FittedControl, TrainingData } from '@spotbench/core';
import { z } from 'zod';
import { solvePositiveDefinite } from './shared/cholesky.ts';
import { affine, columnDeviations, columnMeans, crossMoment } from './shared/matrix.ts';
import type { Matrix } from './shared/matrix.ts';
import { allSections, stackExpression } from './shared/stack.ts';

const configSchema = z.strictObject({});

/**
 * Sees only how many molecules each test spot has: ŷ[n, g] = a[g] + b[g] · ln(1 + library size[n]), least squares per gene
 * over all spots of the training and validation sections. What sequencing depth alone explains; a target whose scores it
 * reaches measures depth and cellularity rather than expression.
 * @throws SpotbenchError `bad-data` when there is no training spot.
 */
export const method: AnswerControl<z.infer<typeof configSchema>> = {
  name: 'library-size',
  version: '1',
  title: 'Library size only: regression on the molecules of the test spot',
  deterministic: true,
  seesAnswer: true,
  configSchema,
  fit: async (data) => Promise.resolve(fitLibrarySize(data)),
};

function fitLibrarySize(data: TrainingData): FittedControl {
  const slides = allSections(data);
  const expression = stackExpression('library-size', slides, data.genes);
  const depth = logDepth(slides.flatMap((slide) => [...slide.expression.librarySize]));
  const { slope, intercept } = leastSquares(depth, expression);
  return {
    predict: async (_slide, { librarySize }) => Promise.resolve(affine(logDepth(librarySize), slope, intercept)),
    selectedBy: 'nothing to choose',
    parameterCount: 2 * data.genes.length,
  };
}

/** ln(1 + library size): a spot without molecules stays finite. [N, 1] */
function logDepth(librarySize: ArrayLike<number>): Matrix {
  return { rows: librarySize.length, columns: 1, values: Float64Array.from(librarySize, Math.log1p) };
}

/** Slope and intercept of every gene on one predictor; slope 0 where the predictor is constant. [G] each */
function leastSquares(x: Matrix, y: Matrix): { slope: Float64Array; intercept: Float64Array } {
  const meanY = columnMeans(y);
  const [meanX] = columnMeans(x);
  const [deviation] = columnDeviations(x, Float64Array.of(meanX));
  if (deviation === 0) return { slope: new Float64Array(meanY.length), intercept: meanY };
  const centred = { ...x, values: x.values.map((value) => value - meanX) };
  const slope = solvePositiveDefinite(Float64Array.of(deviation ** 2), crossMoment(centred, y), 1);
  return { slope, intercept: meanY.map((mean, g) => mean - slope[g] * meanX) };
}
