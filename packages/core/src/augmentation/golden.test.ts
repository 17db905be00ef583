import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../hash/sha256.ts';
import { applyOperations, toFloat } from './augment-patch.ts';
import type { Operation } from './operation.ts';

interface Case {
  image: 'pattern' | 'smooth';
  sizePx: number;
  operations: Operation[];
  pixels?: number[];
  sha256?: string;
}
// Written by scripts/golden_augmentations.py.
const golden = JSON.parse(readFileSync(new URL('../../fixtures/augmentations.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  floats: { sizePx: number; mean: number[]; std: number[]; plain: number[]; normalised: number[] };
};

/** The images of the script. [sizePx, sizePx, 3] */
function image(name: Case['image'], sizePx: number): Uint8Array {
  return Uint8Array.from({ length: sizePx * sizePx * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % sizePx, Math.floor(i / 3 / sizePx), i % 3];
    return name === 'pattern'
      ? 37 * x + 91 * y + 113 * c + 5 * x * y + x * x * y + 17 * c * x
      : [200, 120, 180][c] + ((x * (c + 1) + 3 * y) % 40) - ((x * y) % 11);
  });
}

const name = (list: readonly Operation[]): string => list.map((operation) => JSON.stringify(operation)).join(' ');

describe('operations on a patch are those of torchvision on PIL images, to the last bit', () => {
  it.each([...new Set(golden.cases.map(({ operations }) => name(operations)))])('%s', (operations) => {
    const cases = golden.cases.filter((c) => name(c.operations) === operations);
    expect(cases).toHaveLength(4);
    for (const { image: of, sizePx, operations: list, ...expected } of cases) {
      const source = image(of, sizePx);
      const before = source.slice();
      const pixels = applyOperations(source, sizePx, list);
      expect(Buffer.compare(source, before)).toBe(0);
      if (expected.pixels !== undefined) expect([...pixels]).toEqual(expected.pixels);
      else expect([of, sizePx, sha256(pixels)]).toEqual([of, sizePx, expected.sha256]);
    }
  });
});

describe('toFloat', () => {
  const { sizePx, mean, std, plain, normalised } = golden.floats;
  it.each([
    ['ToTensor', plain, undefined],
    ['ToTensor and Normalize', normalised, { mean, std }],
  ])('is %s, to the last bit', (_, expected, normalisation) => {
    const target = new Float32Array(sizePx * sizePx * 3);
    toFloat(image('pattern', sizePx), target, normalisation);
    expect([...target]).toEqual(expected);
  });
});
