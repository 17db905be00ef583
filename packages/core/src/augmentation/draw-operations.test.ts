import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { applyOperations, normalisationOf } from './augment-patch.ts';
import { type Augmentation, augmentationsSchema } from './augmentation.ts';
import { drawOperations } from './draw-operations.ts';
import type { Operation } from './operation.ts';

const draws = (augmentation: Augmentation, count = 2000): Operation[][] =>
  Array.from({ length: count }, (_, i) => drawOperations([augmentation], createRandom(5, i)));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Uniform in [from, to]: inside, and the mean of n draws within five standard errors. */
function expectUniform(values: readonly number[], from: number, to: number): void {
  expect(Math.min(...values)).toBeGreaterThanOrEqual(from);
  expect(Math.max(...values)).toBeLessThanOrEqual(to);
  const standardError = (to - from) / Math.sqrt(12 * values.length);
  expect(Math.abs(mean(values) - (from + to) / 2)).toBeLessThan(5 * standardError);
}

describe('drawOperations', () => {
  it('jitters with factors uniform around 1, none below 0, in every order', () => {
    const lists = draws({ kind: 'colour-jitter', brightness: 0.5, contrast: 0.4, saturation: 2, hue: 0.1 });
    const factors = (kind: string): number[] =>
      lists.flat().flatMap((o) => (o.kind === kind ? ['factor' in o ? o.factor : 'shift' in o ? o.shift : NaN] : []));
    expectUniform(factors('brightness'), 0.5, 1.5);
    expectUniform(factors('contrast'), 0.6, 1.4);
    expectUniform(factors('saturation'), 0, 3);
    expectUniform(factors('hue'), -0.1, 0.1);
    expect(new Set(lists.map((list) => list.map(({ kind }) => kind).join()))).toHaveProperty('size', 24);
  });

  it('leaves out what has no strength', () => {
    const [list] = draws({ kind: 'colour-jitter', brightness: 0, contrast: 0, saturation: 0.1 }, 1);
    expect(list.map(({ kind }) => kind)).toEqual(['saturation']);
  });

  it.each(['horizontal-flip', 'vertical-flip'] as const)('does a %s as often as asked', (kind) => {
    const lists = draws({ kind, probability: 0.3 });
    // Five standard errors: 5 sqrt(0.3 x 0.7 / 2000) = 0.051.
    expect(Math.abs(mean(lists.map((list) => list.length)) - 0.3)).toBeLessThan(0.051);
    expect(draws({ kind, probability: 0 }).flat()).toEqual([]);
    expect(draws({ kind, probability: 1 }).flat()).toHaveLength(2000);
  });

  it('rotates by uniform angles, or by right angles each as likely', () => {
    const angles = (augmentation: Augmentation): number[] =>
      draws(augmentation).map(([operation]) => (operation.kind === 'rotation' ? operation.angle : NaN));
    expectUniform(angles({ kind: 'rotation', degrees: 180 }), -180, 180);
    const right = angles({ kind: 'right-angle-rotation' });
    // Five standard errors: 5 sqrt(0.25 x 0.75 / 2000) = 0.049.
    for (const angle of [0, 90, 180, 270])
      expect(Math.abs(mean(right.map((a) => Number(a === angle))) - 0.25)).toBeLessThan(0.049);
  });

  it('blurs with a uniform radius as often as asked', () => {
    const radii = draws({ kind: 'gaussian-blur', probability: 0.3, radius: [0.5, 1.5] }).flatMap((list) =>
      list.map((operation) => (operation.kind === 'gaussian-blur' ? operation.radius : NaN)),
    );
    expect(Math.abs(radii.length / 2000 - 0.3)).toBeLessThan(0.051);
    expectUniform(radii, 0.5, 1.5);
  });

  it('keeps the order of the list', () => {
    const list: Augmentation[] = [
      { kind: 'vertical-flip', probability: 1 },
      { kind: 'gaussian-noise', sigma: 10 },
      { kind: 'rotation', degrees: 0 },
      { kind: 'horizontal-flip', probability: 1 },
      { kind: 'normalise', mean: [0, 0, 0], std: [1, 1, 1] },
    ];
    const kinds = drawOperations(list, createRandom(1)).map(({ kind }) => kind);
    expect(kinds).toEqual(['vertical-flip', 'gaussian-noise', 'rotation', 'horizontal-flip']);
    expect(normalisationOf(list)).toBe(list[4]);
  });
});

describe('gaussian noise', () => {
  const noisy = (level: number, seed: number, sigma = 10): Uint8Array =>
    applyOperations(new Uint8Array(64 * 64 * 3).fill(level), 64, [{ kind: 'gaussian-noise', sigma, seed }]);

  it('has its mean half a level low, as cutting to whole numbers makes it, and its standard deviation', () => {
    const values = [...noisy(128, 1)];
    const n = values.length;
    const variance = mean(values.map((value) => (value - mean(values)) ** 2));
    expect(Math.abs(mean(values) - 127.5)).toBeLessThan((5 * 10) / Math.sqrt(n));
    // Cutting adds 1/12. Standard error of a variance: variance sqrt(2 / n).
    expect(Math.abs(variance - 100 - 1 / 12)).toBeLessThan(5 * 100 * Math.sqrt(2 / n));
  });

  it('adds every step as often as the whole part of a normal number has it', () => {
    // P(k <= e < k + 1), e normal of standard deviation 1.7, from scipy.stats.norm.
    const shares = {
      [-6]: 0.0014266,
      [-4]: 0.0294938,
      [-3]: 0.0808968,
      [-1]: 0.2218128,
      0: 0.2218128,
      1: 0.1584837,
      5: 0.0014266,
    };
    const values = [...noisy(128, 1, 1.7), ...noisy(128, 2, 1.7)];
    for (const [step, share] of Object.entries(shares)) {
      const found = mean(values.map((value) => Number(value === 128 + Number(step))));
      expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt(share / values.length));
    }
  });

  it('reaches as far out as a normal distribution of so many numbers', () => {
    // Of 24,576 numbers the largest lies between 3.2 and 6 standard deviations but for one time in 10^7.
    const values = [...noisy(128, 3, 20), ...noisy(128, 4, 20)];
    for (const far of [128 - Math.min(...values), Math.max(...values) - 128]) {
      expect(far).toBeGreaterThan(3.2 * 20);
      expect(far).toBeLessThan(6 * 20);
    }
  });

  it('clips, and is another for another patch', () => {
    expect(Math.max(...noisy(250, 1))).toBe(255);
    expect(Math.min(...noisy(5, 1))).toBe(0);
    expect(noisy(128, 1)).toEqual(noisy(128, 1));
    expect(noisy(128, 1)).not.toEqual(noisy(128, 2));
    expect(new Set(noisy(77, 1, 0))).toEqual(new Set([77]));
    expect(new Set(noisy(77, 1, 1e-3))).toEqual(new Set([76, 77]));
  });
});

describe('augmentationsSchema', () => {
  const normalise = { kind: 'normalise', mean: [0, 0, 0], std: [1, 1, 1] };
  it.each<[string, object[]]>([
    ['probability', [{ kind: 'horizontal-flip', probability: 1.1 }]],
    ['hue', [{ kind: 'colour-jitter', brightness: 0, contrast: 0, saturation: 0, hue: 0.6 }]],
    ['brightness', [{ kind: 'colour-jitter', brightness: -1, contrast: 0, saturation: 0 }]],
    ['degrees', [{ kind: 'rotation', degrees: 181 }]],
    ['smaller radius', [{ kind: 'gaussian-blur', probability: 1, radius: [2, 1] }]],
    ['std', [{ ...normalise, std: [1, 0, 1] }]],
    ['last', [normalise, { kind: 'right-angle-rotation' }]],
    ['last', [normalise, normalise]],
    ['kind', [{ kind: 'shear' }]],
  ])('refuses a wrong %s', (what, list) => {
    const result = augmentationsSchema.safeParse(list);
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error?.issues)).toContain(what);
  });

  it('accepts the published lists', () => {
    const mclstexp = [
      { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 },
      { kind: 'horizontal-flip', probability: 0.5 },
      { kind: 'rotation', degrees: 180 },
    ];
    expect(augmentationsSchema.parse(mclstexp)).toEqual(mclstexp);
    expect(augmentationsSchema.parse([{ kind: 'right-angle-rotation' }, normalise])).toHaveLength(2);
  });
});
