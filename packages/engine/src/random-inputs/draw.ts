import type { Random, RandomDeclaration } from '@spotbench/core';
import type { HostArray, HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';

/** Random inputs by name. */
export type RandomDeclarations = Readonly<Record<string, RandomDeclaration>>;

/**
 * The random inputs of one training step. Each comes from its own stream below `random`, addressed by name and step, so
 * that every engine, and a resumed run, sees the same numbers.
 */
export function drawRandomInputs(declarations: RandomDeclarations, random: Random, step: number): HostArrays {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [
      name,
      bernoulli(declaration, random.fork('random-input', name, step)),
    ]),
  );
}

/**
 * 1 with probability `keep`, else 0. One random byte decides almost every element: it is compared with the first 8 bits of
 * `keep`, and only where they are equal do 32 bits more decide, so that the probability is exact to 2^-40. A large dropout
 * mask costs a quarter of the random numbers that one draw an element would.
 */
function bernoulli({ keep, shape }: RandomDeclaration, random: Random): HostArray {
  const data = new Float32Array(sizeOf(shape));
  const decided = Math.floor(keep * 256);
  const rest = keep * 256 - decided;
  let word = 0;
  for (let i = 0; i < data.length; i++) {
    word = i % 4 === 0 ? random.uint32() : word >>> 8;
    const byte = word & 0xff;
    data[i] = byte < decided || (byte === decided && random.uniform() < rest) ? 1 : 0;
  }
  return { dtype: 'float32', shape, data };
}
