import { expect, it } from 'vitest';
import { blind, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './zeros.ts';

it('predicts 0 for every spot and gene', async () => {
  const fitted = await method.fit(toyData(), toyContext({}));
  const predicted = await fitted.predict(blind(toySlide('C1', { spots: 5 })));
  expect([...predicted]).toEqual(new Array(5 * 4).fill(0));
});

it('refuses unknown options', () => {
  expect(method.configSchema.safeParse({ lamda: 1 }).success).toBe(false);
});
