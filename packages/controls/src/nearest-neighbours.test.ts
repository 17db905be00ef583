import { describe, expect, it } from 'vitest';
import { blind, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './nearest-neighbours.ts';
import { pearsonPerGene } from './shared/pearson.ts';

const config = method.configSchema.parse({});

describe('nearest-neighbours', () => {
  it('with k = 1 returns the expression of the very spot it has seen', async () => {
    const data = toyData({ validation: false });
    const fitted = await method.fit(data, toyContext({ ...config, k: 1 }));
    expect(await fitted.predict(blind(data.train[1]))).toEqual(data.train[1].expression.values);
  });

  it('with k of all spots returns the training mean', async () => {
    const data = toyData({ validation: false });
    const fitted = await method.fit(data, toyContext({ ...config, k: 1000 }));
    const predicted = await fitted.predict(blind(toySlide('C1')));
    expect(predicted.subarray(4)).toEqual(predicted.subarray(0, -4));
  });

  it('follows the features and chooses k on the validation sections', async () => {
    const fitted = await method.fit(toyData(), toyContext(config));
    const test = toySlide('C1');
    const r = pearsonPerGene({
      truth: test.expression.values,
      predicted: await fitted.predict(blind(test)),
      genes: 4,
    });
    expect(r[0]).toBeGreaterThan(0.8);
    expect(fitted.selectedBy).toMatch(/^validation sections: k = /);
  });

  it('names the section that lacks features', async () => {
    const data = toyData({ withFeatures: false });
    await expect(method.fit(data, toyContext(config))).rejects.toThrow('nearest-neighbours: section A1 needs');
  });
});
