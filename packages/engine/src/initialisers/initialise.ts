import type { Initialiser, Random } from '@spotbench/core';
import type { HostArray, HostArrays } from '../host-array.ts';
import type { ParameterSpecs } from '../layers/parameter.ts';
import { constant, normal, truncatedNormal, uniform, type Draw } from './distributions.ts';
import { fanIn, fanOut } from './fan.ts';

/**
 * The first values of a model's parameters. Each is drawn from the branch `('initialise', name)` of `random`, so adding,
 * removing or reordering parameters leaves the others' values as they were.
 */
export function initialise(specs: ParameterSpecs, random: Random): HostArrays {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, initialiseOne(spec, random.fork('initialise', name))]),
  );
}

function initialiseOne({ shape, init }: ParameterSpecs[string], random: Random): HostArray {
  const data = distribution(init, shape)(shape, random);
  return { dtype: 'float32', shape, data };
}

function distribution(init: Initialiser, shape: readonly number[]): Draw {
  switch (init.kind) {
    case 'constant':
      return constant(init.value);
    case 'uniform':
      return uniform(init.bound);
    case 'normal':
      return normal(init.std);
    case 'truncated-normal':
      return truncatedNormal(init.std, init.low ?? -2, init.high ?? 2);
    case 'kaiming-uniform':
      return uniform(1 / Math.sqrt(fanIn(shape)));
    case 'kaiming-normal-fan-out':
      return normal(Math.sqrt(2 / fanOut(shape)));
  }
}
