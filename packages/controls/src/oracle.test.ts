import { expect, it } from 'vitest';
import { blind, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './oracle.ts';
import { pearsonPerGene } from './shared/pearson.ts';

const config = method.configSchema.parse({});

it('correlates with the truth at 1/√(1 + noise²), for every gene', async () => {
  const test = toySlide('C1', { spots: 4000 });
  const fitted = await method.fit(toyData(), toyContext(config));
  const predicted = await fitted.predict(blind(test), test.expression);
  const r = pearsonPerGene({ truth: test.expression.values, predicted, genes: 4 });
  for (const value of r) expect(Math.abs(value - 1 / Math.sqrt(1.25))).toBeLessThan(0.015); // standard error 0.003
});

it('without noise is the truth itself', async () => {
  const test = toySlide('C1');
  const fitted = await method.fit(toyData(), toyContext({ noise: 0 }));
  expect(await fitted.predict(blind(test), test.expression)).toEqual(test.expression.values);
});

it('is marked as holding the answer', () => {
  expect(method.seesAnswer).toBe(true);
  expect(method.configSchema.safeParse({ noise: -1 }).success).toBe(false);
});
