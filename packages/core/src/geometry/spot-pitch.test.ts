import { expect, it } from 'vitest';
import { spotPitchPx } from './spot-pitch.ts';

const spotsAt = (points: readonly (readonly [number, number])[]) => ({
  ids: points.map((_, i) => `${i}`),
  pixelX: Float32Array.from(points, ([x]) => x),
  pixelY: Float32Array.from(points, ([, y]) => y),
});
const grid = [0, 1, 2, 3].flatMap((y) => [0, 1, 2].map((x) => [x, y] as const));

it('is the distance of neighbours on square and hexagonal arrays, whatever lies alone', () => {
  const square = grid.map(([x, y]) => [50 * x, 50 * y] as const);
  expect(spotPitchPx(spotsAt([...square, [900, 900]]))).toBeCloseTo(50, 4);
  const hexagonal = grid.map(([x, y]) => [100 * x + 50 * (y % 2), 100 * Math.sqrt(0.75) * y] as const);
  expect(spotPitchPx(spotsAt(hexagonal))).toBeCloseTo(100, 3);
});

it('refuses one spot, and spots on one another', () => {
  expect(() => spotPitchPx(spotsAt([[1, 1]]))).toThrow('got 1, pitch NaN px');
  expect(() => spotPitchPx(spotsAt([[1, 1], [1, 1]]))).toThrow('pitch 0 px'); // prettier-ignore
});
