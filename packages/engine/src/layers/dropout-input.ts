import type { Batch, RandomDeclaration } from '@spotbench/core';
import type { DropoutMask } from './dropout.ts';

/** The random numbers that a dropout called `name` needs for one batch: 1 with probability 1 - rate; none at rate 0. */
export function dropoutInput(
  name: string,
  rate: number,
  shape: readonly number[],
): Readonly<Record<string, RandomDeclaration>> {
  return rate === 0 ? {} : { [name]: { kind: 'bernoulli', keep: 1 - rate, shape } };
}

/** The mask those numbers arrive as; none in evaluation mode or at rate 0. */
export function dropoutMask(
  name: string,
  rate: number,
  { random }: Batch,
  mode: 'train' | 'eval',
): DropoutMask | undefined {
  return rate === 0 || mode === 'eval' ? undefined : { keep: random[name], rate };
}
