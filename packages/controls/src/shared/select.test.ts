import { expect, it } from 'vitest';
import { toySlide } from '../../tests/toy-data.ts';
import { selectOnValidation } from './select.ts';

const candidates = { name: 'k', grid: [1, 2, 3], fallback: 7 };
const slide = toySlide('V1');

it('takes the value with the highest score, the earlier of equal ones', () => {
  const truthFor = (chosen: number[]) => (value: number) => () =>
    slide.expression.values.map((x) => (chosen.includes(value) ? x : -x));
  expect(selectOnValidation(candidates, [slide], truthFor([2]))).toEqual({
    value: 2,
    selectedBy: 'validation sections: k = 2',
  });
  expect(selectOnValidation(candidates, [slide], truthFor([2, 3])).value).toBe(2);
});

it('falls back when there is no section, or no gene varies in any', () => {
  expect(selectOnValidation(candidates, [], () => () => new Float32Array())).toEqual({
    value: 7,
    selectedBy: 'default: k = 7',
  });
  const values = slide.expression.values.map(() => 1);
  const flat = { ...slide, expression: { ...slide.expression, values } };
  expect(selectOnValidation(candidates, [flat], () => () => values).selectedBy).toBe('default: k = 7');
});
