import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '@spotbench/core';
import { drawRandomInputs } from './draw.ts';

const random = createRandom(4, 'masks');

describe('drawRandomInputs', () => {
  // 0.9003 and 0.3: ties of the first byte are decided by 32 bits more; 0.5: by a fraction of 0; 0 and 1: nothing is open
  test.each([0.9003, 0.3, 0.5, 0.75, 0, 1])('draws one element after the other, kept with %f', (keep) => {
    for (const size of [0, 1, 6, 4099, 40_000]) {
      const { mask } = drawRandomInputs({ mask: { kind: 'bernoulli', keep, shape: [size] } }, random, 7);
      expect(mask.data).toEqual(elementByElement(keep, size, random.fork('random-input', 'mask', 7)));
    }
  });

  test('writes over arrays of the same size, which changes no number', () => {
    const declared = (size: number) => ({ mask: { kind: 'bernoulli', keep: 0.5, shape: [size] } }) as const;
    const spent = drawRandomInputs(declared(100), random, 0);
    const again = drawRandomInputs(declared(100), random, 1, spent);
    expect(again.mask.data).toBe(spent.mask.data);
    expect(again).toEqual(drawRandomInputs(declared(100), random, 1));
    expect(drawRandomInputs(declared(99), random, 1, spent).mask.data).toHaveLength(99);
  });
});

/** The definition: a byte an element, four of a word; where it equals the first 8 bits of `keep`, 32 bits more decide. */
function elementByElement(keep: number, size: number, stream: Random): Float32Array {
  const decided = Math.floor(keep * 256);
  const rest = keep * 256 - decided;
  let word = 0;
  return Float32Array.from({ length: size }, (_, i) => {
    word = i % 4 === 0 ? stream.uint32() : word >>> 8;
    const byte = word & 0xff;
    return Number(byte < decided || (byte === decided && stream.uniform() < rest));
  });
}
