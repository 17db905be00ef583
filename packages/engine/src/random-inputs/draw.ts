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

/** 1 with probability `keep`, else 0. */
function bernoulli({ keep, shape }: RandomDeclaration, random: Random): HostArray {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = random.uniform() < keep ? 1 : 0;
  return { dtype: 'float32', shape, data };
}
