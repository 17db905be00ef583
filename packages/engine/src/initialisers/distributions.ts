import type { Random } from '@spotbench/core';
import { sizeOf } from '../host-shape.ts';

/** Draws the first values of one parameter: `shape` in PyTorch's layout, numbers from the parameter's own stream. */
export type Draw = (shape: readonly number[], random: Random) => Float32Array;

/** Every element equal to `value`. */
export function constant(value: number): Draw {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Uniform in [-bound, bound). */
export function uniform(bound: number): Draw {
  return (shape, random) => fill(shape, () => (2 * random.uniform() - 1) * bound);
}

/** Normal with mean 0. */
export function normal(std: number): Draw {
  return (shape, random) => fill(shape, () => random.normal() * std);
}

/**
 * Normal(0, std) conditioned on [low, high], by drawing again until inside. The ends are absolute values, not multiples
 * of the standard deviation.
 *
 * Source: torch.nn.init.trunc_normal_ has the same distribution (it inverts the distribution function instead).
 */
export function truncatedNormal(std: number, low: number, high: number): Draw {
  return (shape, random) =>
    fill(shape, () => {
      let value = random.normal() * std;
      while (value < low || value > high) value = random.normal() * std;
      return value;
    });
}

function fill(shape: readonly number[], next: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}
