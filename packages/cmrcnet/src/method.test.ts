import { expect, test } from 'vitest';
import { configSchema } from './config.ts';
import { publishedCosine } from './method.ts';

test('the cosine is one epoch ahead: 60 epochs from its second value to its end', () => {
  const schedule = publishedCosine(configSchema.parse({}));
  const rate = (update: number) => schedule({ update, updates: 600, updatesPerEpoch: 10 });
  // torch.optim.lr_scheduler.CosineAnnealingLR(AdamW(lr=1e-4), T_max=60, eta_min=1e-5), stepped before each epoch (torch 2.5.1)
  expect(rate(0)).toBeCloseTo(9.993832906395582e-5, 12);
  expect(rate(9)).toBe(rate(0));
  expect(rate(295)).toBeCloseTo(5.5e-5, 12);
  expect(rate(599)).toBeCloseTo(1e-5, 12);
});
