import { createHash } from 'node:crypto';
import { philox4x32 } from './philox.ts';

/** What a draw is for: names and indices, e.g. `('shuffle', epoch)`. Different paths give independent streams. */
export type RandomPath = readonly (string | number)[];

/**
 * A stream of seeded random numbers. Streams are addressed by seed and path, not by the order in which they are made, so
 * the number of workers or the order of work never changes a number.
 */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Fills `out` with the next `out.length` results of `uint32`, several times faster than as many calls. */
  fillUint32(out: Uint32Array): void;
  /** Uniform float in [0, 1) with 32 random bits. */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Uniform integer in [0, n), without modulo bias. @throws RangeError when n is not a positive integer below 2^32. */
  integer(n: number): number;
  /** Poisson with the given mean (Knuth's product below 30, sums of halves above: exact in distribution). */
  poisson(mean: number): number;
  /** A uniformly random order of 0..n-1 (Fisher-Yates). */
  permutation(n: number): Uint32Array;
  /** An independent stream below this one. */
  fork(...path: RandomPath): Random;
}

/** Opens the stream for `seed` and `path`: key = first 64 bits of SHA-256 of their JSON. */
export function createRandom(seed: number, ...path: RandomPath): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`random: seed must be a safe integer, got ${String(seed)}`);
  return new PhiloxRandom(seed, path);
}

class PhiloxRandom implements Random {
  readonly #seed: number;
  readonly #path: RandomPath;
  readonly #key: Uint32Array;
  readonly #counter = new Uint32Array(4);
  readonly #block = new Uint32Array(4);
  #used = 4;
  #spareNormal: number | undefined;

  constructor(seed: number, path: RandomPath) {
    const digest = createHash('sha256')
      .update(JSON.stringify([seed, ...path]))
      .digest();
    this.#seed = seed;
    this.#path = path;
    this.#key = new Uint32Array([digest.readUInt32LE(0), digest.readUInt32LE(4)]);
  }

  uint32(): number {
    if (this.#used === 4) this.#refill();
    return this.#block[this.#used++];
  }

  fillUint32(out: Uint32Array): void {
    let at = 0;
    while (this.#used < 4 && at < out.length) out[at++] = this.uint32();
    const blocks = at + ((out.length - at) & ~3);
    philox4x32(this.#counter, this.#key, out.subarray(at, blocks));
    for (let i = blocks; i < out.length; i++) out[i] = this.uint32();
  }

  uniform(): number {
    return this.uint32() / 4294967296;
  }

  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 4294967295)
      throw new RangeError(`random.integer: n must be in 1..2^32-1, got ${n}`);
    const limit = 4294967296 - (4294967296 % n);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  poisson(mean: number): number {
    if (!(mean >= 0)) throw new RangeError(`random.poisson: mean must be at least 0, got ${mean}`);
    if (mean > 30) return this.poisson(mean / 2) + this.poisson(mean / 2);
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }

  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const moved = order[i];
      order[i] = order[j]!;
      order[j] = moved;
    }
    return order;
  }

  fork(...path: RandomPath): Random {
    return new PhiloxRandom(this.#seed, [...this.#path, ...path]);
  }

  #refill(): void {
    philox4x32(this.#counter, this.#key, this.#block);
    this.#used = 0;
  }
}
