import { describe, expect, it } from 'vitest';
import { philox4x32 } from './philox.ts';
import { createRandom } from './random.ts';

describe('philox4x32', () => {
  // Known-answer vectors published with the Random123 library (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('counter %j, key %j', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox4x32(new Uint32Array(counter), new Uint32Array(key), out);
    expect([...out]).toEqual(expected);
  });

  it('fills any number of blocks, with the products that 64-bit integers give', () => {
    const key = new Uint32Array([0xdeadbeef, 0x80000001]);
    const start = [0xfffffff0, 0xffffffff, 0x12345678, 0xffff0000];
    const out = new Uint32Array(4 * 200);
    const counter = new Uint32Array(start);
    philox4x32(counter, key, out);
    const first = start.reduce((sum, word, i) => sum + (BigInt(word) << BigInt(32 * i)), 0n);
    const blocks = Array.from({ length: 200 }, (_, i) => plainBlock(first + BigInt(i), key));
    expect([...out]).toEqual(blocks.flat());
    expect([...counter]).toEqual(wordsOf(first + 200n));
  });
});

/** Philox-4x32-10 as the paper writes it, with 64-bit products. */
function plainBlock(counter: bigint, key: Uint32Array): number[] {
  let [c0, c1, c2, c3] = wordsOf(counter).map(BigInt);
  let [k0, k1] = [...key].map(BigInt);
  const word = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & word, (p0 >> 32n) ^ c3 ^ k1, p0 & word];
    [k0, k1] = [(k0 + 0x9e3779b9n) & word, (k1 + 0xbb67ae85n) & word];
  }
  return [c0, c1, c2, c3].map(Number);
}

/** The four 32-bit words of a number, lowest first. */
function wordsOf(value: bigint): number[] {
  return [0n, 32n, 64n, 96n].map((shift) => Number((value >> shift) & 0xffffffffn));
}

describe('createRandom', () => {
  it('gives the same numbers for the same seed and path, others for other paths', () => {
    const draw = (...path: (string | number)[]): number[] => {
      const random = createRandom(7, ...path);
      return [random.uint32(), random.uint32(), random.uint32(), random.uint32(), random.uint32()];
    };
    expect(draw('a', 1)).toEqual(draw('a', 1));
    expect(draw('a', 1)).not.toEqual(draw('a', 2));
    expect(new Set(draw('a', 1)).size).toBe(5);
  });

  it('fills arrays with what single draws give, wherever they begin and end', () => {
    const [random, single] = [createRandom(5, 'fill'), createRandom(5, 'fill')];
    for (const length of [0, 1, 2, 5, 3, 4, 17, 1, 64]) {
      const out = new Uint32Array(length);
      random.fillUint32(out);
      expect([...out]).toEqual(Array.from(out, () => single.uint32()));
      expect(random.uint32()).toBe(single.uint32());
    }
  });

  it('forks by name, whatever was drawn before', () => {
    const parent = createRandom(3, 'p');
    const early = parent.fork('child').uint32();
    parent.uint32();
    expect(parent.fork('child').uint32()).toBe(early);
    expect(createRandom(3, 'p', 'child').uint32()).toBe(early);
  });

  it('has the moments of its distributions', () => {
    const random = createRandom(11, 'moments');
    const n = 20000;
    const moments = (draw: () => number): { mean: number; variance: number } => {
      const values = Array.from({ length: n }, draw);
      const mean = values.reduce((a, b) => a + b, 0) / n;
      return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / n };
    };
    const within = (value: number, expected: number, sd: number): void => {
      // five standard errors of a mean of n draws
      expect(Math.abs(value - expected)).toBeLessThan((5 * sd) / Math.sqrt(n));
    };
    const uniform = moments(() => random.uniform());
    within(uniform.mean, 0.5, Math.sqrt(1 / 12));
    const normal = moments(() => random.normal());
    within(normal.mean, 0, 1);
    within(normal.variance, 1, Math.SQRT2);
    for (const mean of [0.3, 4, 75]) {
      const poisson = moments(() => random.poisson(mean));
      within(poisson.mean, mean, Math.sqrt(mean));
      within(poisson.variance, mean, Math.sqrt(mean + 2 * mean * mean));
    }
  });

  it('permutes 0..n-1 and refuses impossible ranges', () => {
    const random = createRandom(1);
    expect([...random.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(() => random.integer(0)).toThrow(/n must be in 1/);
    expect(() => createRandom(0.5)).toThrow(/safe integer/);
  });
});
