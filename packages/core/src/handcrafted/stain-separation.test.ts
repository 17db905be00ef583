import { expect, it } from 'vitest';
import { OPTICAL_DENSITY, STAIN_VECTORS, UNMIX } from './stain-separation.ts';

const unit = STAIN_VECTORS.map((vector) => vector.map((x) => x / Math.hypot(...vector)));

function unmix(densities: readonly number[]): number[] {
  return [0, 1, 2].map((dye) => densities.reduce((sum, density, c) => sum + density * UNMIX[3 * c + dye], 0));
}

it('gives density 0 to white and log10(256) to black', () => {
  expect(OPTICAL_DENSITY[255]).toBeCloseTo(0, 12);
  expect(OPTICAL_DENSITY[0]).toBeCloseTo(Math.log10(256), 6); // float32
});

it('agrees with the matrix that scikit-image uses (rgb2hed), which starts from the vectors rounded to two digits', () => {
  const rounded = [1.878, -1.0077, -0.5561, -0.0659, 1.1347, -0.1355, -0.6019, -0.4804, 1.5736];
  for (const [i, value] of rounded.entries()) expect(Math.abs(UNMIX[i] - value)).toBeLessThan(0.01);
});

it.each([0, 1, 2])('takes dye %i alone for that dye alone', (dye) => {
  const amounts = unmix(unit[dye].map((x) => 0.8 * x));
  for (const [other, amount] of amounts.entries()) expect(amount).toBeCloseTo(other === dye ? 0.8 : 0, 12);
});

it('separates a mixture, from 8-bit levels, to the rounding of the levels', () => {
  const densities = [0, 1, 2].map((c) => 0.5 * unit[0][c] + 0.3 * unit[1][c]);
  const levels = densities.map((density) => Math.round(256 * 10 ** -density - 1));
  const [h, e, d] = unmix(levels.map((level) => OPTICAL_DENSITY[level]));
  expect(h).toBeCloseTo(0.5, 1.5);
  expect(e).toBeCloseTo(0.3, 1.5);
  expect(d).toBeCloseTo(0, 1.5);
});
