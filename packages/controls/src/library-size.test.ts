import type { TrainingSlide } from '@spotbench/core';
import { expect, it } from 'vitest';
import { blind, column, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './library-size.ts';

/** The slide with its first gene set to 2 + 3 · ln(1 + library size). */
function depthDriven(slide: TrainingSlide): TrainingSlide {
  const { genes, librarySize } = slide.expression;
  const values = slide.expression.values.map((value, at) =>
    at % genes.length === 0 ? 2 + 3 * Math.log1p(librarySize[at / genes.length]) : value,
  );
  return { ...slide, expression: { genes, librarySize, values } };
}

it('recovers a gene that follows the depth', async () => {
  const { genes, train, validation } = toyData();
  const data = { genes, train: train.map(depthDriven), validation: validation.map(depthDriven) };
  const test = depthDriven(toySlide('C1'));
  const predicted = await (await method.fit(data, toyContext({}))).predict(blind(test), test.expression);
  const truth = column(test.expression.values, 'LINEAR1');
  for (const [i, value] of column(predicted, 'LINEAR1').entries()) expect(value).toBeCloseTo(truth[i], 4); // values near 28
});

it('sees the library size of the answer and nothing else of it', async () => {
  const test = toySlide('C1');
  const fitted = await method.fit(toyData(), toyContext({}));
  const other = { ...test.expression, values: test.expression.values.map((value) => -value) };
  expect(await fitted.predict(blind(test), other)).toEqual(await fitted.predict(blind(test), test.expression));
});

it('falls back to the training mean where all depths are equal, and takes empty spots', async () => {
  const level = (slide: TrainingSlide): TrainingSlide => ({
    ...slide,
    expression: { ...slide.expression, librarySize: slide.expression.librarySize.map(() => 500) },
  });
  const { genes, train } = toyData();
  const fitted = await method.fit({ genes, train: train.map(level), validation: [] }, toyContext({}));
  const test = toySlide('C1');
  const predicted = await fitted.predict(blind(test), { ...test.expression, librarySize: new Float32Array(64) });
  expect(predicted.every(Number.isFinite)).toBe(true);
  expect(predicted.subarray(4)).toEqual(predicted.subarray(0, -4));
});
