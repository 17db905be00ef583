import { expect, it } from 'vitest';
import { blind, column, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './noise.ts';

const slide = blind(toySlide('C1', { spots: 4000 }));
const moments = (values: Float32Array): [number, number] => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)];
};

it('has the mean and deviation of the training spots', async () => {
  const data = toyData();
  const predicted = await (await method.fit(data, toyContext({}))).predict(slide);
  const all = Float32Array.from(
    [...data.train, ...data.validation].flatMap(({ expression }) => [...column(expression.values, 'LINEAR1')]),
  );
  const [mean, deviation] = moments(column(predicted, 'LINEAR1'));
  const [wantedMean, wantedDeviation] = moments(all);
  // 4000 draws of deviation about 2.2: standard errors 0.035 and 0.025.
  expect(Math.abs(mean - wantedMean)).toBeLessThan(0.15);
  expect(Math.abs(deviation - wantedDeviation)).toBeLessThan(0.1);
});

it('depends on the seed and the section, not on the order of prediction', async () => {
  const fit = (seed: number): ReturnType<typeof method.fit> => method.fit(toyData(), toyContext({}, seed));
  const other = blind(toySlide('C2', { spots: 4000 }));
  const first = await (await fit(1)).predict(slide);
  const fitted = await fit(1);
  const second = await fitted.predict(other);
  expect(await fitted.predict(slide)).toEqual(first);
  expect(second).not.toEqual(first);
  expect(await (await fit(2)).predict(slide)).not.toEqual(first);
  expect(method.deterministic).toBe(false);
});
