import { expect, it } from 'vitest';
import { blind, column, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './training-mean.ts';

it('predicts the mean over all training and validation spots, the same for every spot', async () => {
  const data = toyData();
  const fitted = await method.fit(data, toyContext({}));
  const predicted = await fitted.predict(blind(toySlide('C1', { spots: 7 })));
  const all = [...data.train, ...data.validation].flatMap((slide) => [...column(slide.expression.values, 'LINEAR1')]);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  expect(column(predicted, 'LINEAR1')).toHaveLength(7);
  for (const value of column(predicted, 'LINEAR1')) expect(value).toBeCloseTo(mean, 5); // float32 result
});

it('refuses a fold without training spots, and sections with other genes', async () => {
  const data = toyData();
  await expect(method.fit({ ...data, train: [], validation: [] }, toyContext({}))).rejects.toThrow(
    'training-mean: needs training spots',
  );
  await expect(method.fit({ ...data, genes: ['LINEAR1'] }, toyContext({}))).rejects.toThrow(
    "must have the fold's 1 genes",
  );
});
