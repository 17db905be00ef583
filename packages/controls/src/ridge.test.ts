import { expect, it } from 'vitest';
import { blind, column, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method, ridgeWeights } from './ridge.ts';
import { pearsonPerGene } from './shared/pearson.ts';

const config = method.configSchema.parse({});

it('recovers genes that are linear in the features, and no others', async () => {
  const fitted = await method.fit(toyData(), toyContext(config));
  const test = toySlide('C1');
  const predicted = await fitted.predict(blind(test));
  const r = pearsonPerGene({ truth: test.expression.values, predicted, genes: 4 });
  expect(r[0]).toBeGreaterThan(0.999);
  expect(r[1]).toBeGreaterThan(0.999);
  expect(Math.abs(r[3])).toBeLessThan(0.4); // 64 spots of noise: |r| above 0.4 has p near 0.001
});

it('chooses lambda on the validation sections, and says so', async () => {
  const fitted = await method.fit(toyData(), toyContext(config));
  expect(fitted.selectedBy).toMatch(/^validation sections: lambda = /);
  expect(fitted.parameterCount).toBe((3 + 1) * 4);
});

it('is fitted once more on training and validation sections together', async () => {
  const { genes, train, validation } = toyData();
  const grid = { ...config, lambdaGrid: [0.1] };
  const chosen = await method.fit({ genes, train, validation }, toyContext(grid));
  const direct = await method.fit({ genes, train: [...train, ...validation], validation: [] }, toyContext(grid));
  const slide = blind(toySlide('C1'));
  expect(await chosen.predict(slide)).toEqual(await direct.predict(slide));
});

it('falls back to the stated default without validation sections', async () => {
  const fitted = await method.fit(toyData({ validation: false }), toyContext(config));
  expect(fitted.selectedBy).toBe('default: lambda = 0.1');
});

it('shrinks to the training mean as lambda grows', async () => {
  const data = toyData({ validation: false });
  const fitted = await method.fit(data, toyContext({ ...config, lambda: 1e9 }));
  const predicted = column(await fitted.predict(blind(toySlide('C1'))), 'LINEAR1');
  expect(Math.max(...predicted) - Math.min(...predicted)).toBeLessThan(1e-5); // weights scale with 1/lambda
});

it('solves the ridge equations: two features by hand', () => {
  // gram = [[1, 0.5], [0.5, 1]], lambda = 1: (gram + I)^-1 = [[2, -0.5], [-0.5, 2]] / 3.75.
  const weights = ridgeWeights({
    gram: Float64Array.of(1, 0.5, 0.5, 1),
    cross: Float64Array.of(1, 2),
    lambda: 1,
    size: 2,
  });
  expect(weights[0]).toBeCloseTo((2 * 1 - 0.5 * 2) / 3.75, 12);
  expect(weights[1]).toBeCloseTo((-0.5 * 1 + 2 * 2) / 3.75, 12);
});

it('names the section that lacks features', async () => {
  const data = toyData({ withFeatures: false });
  await expect(method.fit(data, toyContext(config))).rejects.toThrow(
    'ridge: section A1 needs the features of a frozen encoder',
  );
  const fitted = await method.fit(toyData(), toyContext(config));
  await expect(fitted.predict(blind(toySlide('C1', { withFeatures: false })))).rejects.toThrow('ridge: section C1');
});
