import { handcraftedEncoder, lookUp, type FrozenEncoder } from '@spotbench/core';

const encoders: Readonly<Record<string, FrozenEncoder>> = { handcrafted: handcraftedEncoder };

/** A frozen encoder by name. @throws SpotbenchError `unknown-name` listing the nearest. */
export function findEncoder(name: string): FrozenEncoder {
  return lookUp('encoder', name, encoders);
}
