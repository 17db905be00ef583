import type { Random, RandomDeclaration } from '@spotbench/core';
import type { HostArray, HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';

/** Random inputs by name. */
export type RandomDeclarations = Readonly<Record<string, RandomDeclaration>>;

/**
 * The random inputs of one training step. Each comes from its own stream below `random`, addressed by name and step, so
 * that every engine, and a resumed run, sees the same numbers.
 *
 * `spent` are those of an earlier step that nobody reads any more: arrays of the same size are written over, because asking
 * the system for 100 MB of memory a step takes as long as drawing the numbers.
 */
export function drawRandomInputs(
  declarations: RandomDeclarations,
  random: Random,
  step: number,
  spent: HostArrays = {},
): HostArrays {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, { keep, shape }]) => {
      const data = arrayFor(sizeOf(shape), spent[name]);
      drawBernoulli(data, keep, random.fork('random-input', name, step));
      return [name, { dtype: 'float32', shape, data }];
    }),
  );
}

function arrayFor(size: number, spent: HostArray | undefined): Float32Array {
  return spent?.data instanceof Float32Array && spent.data.length === size ? spent.data : new Float32Array(size);
}

/** Random words drawn at once: few enough to stay in the cache, and little to throw away at the end. */
const WORDS = 1024;

/** Four elements take at most this many words: one for all, one for each tie. */
const MOST_WORDS = 5;

/**
 * Fills `data` with 1 at probability `keep`, else 0. One random byte decides almost every element: it is compared with the
 * first 8 bits of `keep`, and only where they are equal do 32 bits more decide, so that the probability is exact to 2^-40. A
 * large dropout mask costs a quarter of the random numbers that one draw an element would.
 *
 * A word of the stream decides four elements, its lowest byte the first of them; words that decide ties come after it.
 */
function drawBernoulli(data: Float32Array, keep: number, random: Random): void {
  const first = Math.floor(keep * 256);
  const rest = (keep * 256 - first) * 2 ** 32;
  const words = new Uint32Array(WORDS);
  let used = WORDS;
  for (let i = 0; i < data.length; i += 4) {
    if (used > WORDS - MOST_WORDS) {
      words.copyWithin(0, used);
      random.fillUint32(words.subarray(WORDS - used));
      used = 0;
    }
    const word = words[used++];
    const end = Math.min(i + 4, data.length);
    for (let j = i, bits = word; j < end; j++, bits >>>= 8) {
      const byte = bits & 0xff;
      // the sign of the difference and no branch: one that goes either way at random costs more than all the rest
      data[j] = byte === first ? Number(words[used++] < rest) : (byte - first) >>> 31;
    }
  }
}
