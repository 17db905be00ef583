import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resizeSquare } from './resize.ts';

interface Golden {
  cases: { from: number; to: number; pixels: number[] }[];
}
// Written by scripts/golden_resize.py.
const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/resize-pillow.json', import.meta.url), 'utf8'),
) as Golden;

/** The pattern of the script. [side, side, 3] */
function pattern(side: number): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3];
    return 37 * x + 91 * y + 113 * c + 5 * x * y + x * x * y;
  });
}

describe('resizeSquare', () => {
  it.each(golden.cases)('from $from to $to is what Pillow makes of it, to the last bit', ({ from, to, pixels }) => {
    expect([...resizeSquare(pattern(from), from, to)]).toEqual(pixels);
  });

  it('of the same size is a copy', () => {
    const source = pattern(5);
    const copy = resizeSquare(source, 5, 5);
    expect(copy).toEqual(source);
    copy[0]++;
    expect(source[0]).toBe(0);
  });

  it.each([0, 201, 255])('leaves plain %i as it is', (level) => {
    expect(new Set(resizeSquare(new Uint8Array(30 * 30 * 3).fill(level), 30, 17))).toEqual(new Set([level]));
    expect(new Set(resizeSquare(new Uint8Array(7 * 7 * 3).fill(level), 7, 100))).toEqual(new Set([level]));
  });
});
