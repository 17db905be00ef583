import { expect, test } from 'vitest';
import { goldenParameter, u01 } from './golden-formula.ts';

// The four values are stated beside the formula by whoever made the golden files.
test('u01 gives the stated check values', () => {
  const expected = [0.850536135, 0.560517066, 0.461799657, 0.90759298];
  u01('input.image', 4).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 8));
});

test('a golden parameter gives the stated check values', () => {
  const { data } = goldenParameter('image_encoder.weight', [2, 2]);
  const expected = [0.975569715, -0.173795105, 0.396716056, -0.860155569];
  data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
});
