import { describe, expect, it } from 'vitest';
import { blind, column, toyContext, toyData, toySlide } from '../tests/toy-data.ts';
import { method } from './position-only.ts';
import { pearsonPerGene } from './shared/pearson.ts';

const config = method.configSchema.parse({});

describe('position-only', () => {
  it('finds what depends on the place, and nothing else', async () => {
    const fitted = await method.fit(toyData(), toyContext(config));
    const test = toySlide('C1', { seed: 2 });
    const predicted = await fitted.predict(blind(test));
    const r = pearsonPerGene({ truth: test.expression.values, predicted, genes: 4 });
    expect(r[2]).toBeGreaterThan(0.9);
    expect(Math.abs(r[0])).toBeLessThan(0.4); // 64 spots without relation: |r| above 0.4 has p near 0.001
    expect(fitted.selectedBy).toMatch(/^validation sections: bandwidth = /);
  });

  it('weighs by the Gaussian of the distance: two training spots by hand', async () => {
    const two = toySlide('A1', { spots: 2 });
    const data = { ...toyData({ validation: false }), train: [two] };
    const fitted = await method.fit(data, toyContext({ ...config, bandwidth: 1 }));
    const [at0, at1] = column(await fitted.predict(blind(two)), 'LINEAR1'); // the spots lie one step apart
    const [y0, y1] = column(two.expression.values, 'LINEAR1');
    const w = Math.exp(-0.5);
    expect(at0).toBeCloseTo((y0 + w * y1) / (1 + w), 5);
    expect(at1).toBeCloseTo((w * y0 + y1) / (1 + w), 5);
    expect(fitted.selectedBy).toBe('default: bandwidth = 1');
  });

  it('stays finite far from every training spot', async () => {
    const fitted = await method.fit(toyData({ validation: false }), toyContext({ ...config, bandwidth: 0.01 }));
    const { spots, ...rest } = blind(toySlide('C1'));
    const far = { ...rest, spots: { ...spots, arrayX: spots.arrayX.map((x) => x + 1e6) } };
    expect((await fitted.predict(far)).every(Number.isFinite)).toBe(true);
  });
});
