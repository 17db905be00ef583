import { readFile } from 'node:fs/promises';
import { SpotbenchError, writeFileAtomic } from '@spotbench/core';
import type { ArraySpec, HostArrays } from '../host-array.ts';
import { sameShape, shapeText } from '../host-shape.ts';
import { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from './safetensors.ts';

/** Reads a safetensors file. @throws SpotbenchError `missing-data` without one, `bad-data` when it is damaged. */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${path}: no weight file that can be read here`, { cause });
  });
  return decodeSafetensors(bytes, path);
}

/** Writes a safetensors file in one step: readers see the old file or all of the new one. */
export async function writeSafetensors(
  path: string,
  arrays: HostArrays,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors({ arrays, metadata }));
}

/**
 * Checks that `arrays` holds exactly the parameters of `specs`, with their shapes.
 *
 * @throws SpotbenchError `bad-data` naming every missing and unexpected parameter and every wrong shape.
 */
export function requireParameters(
  arrays: HostArrays,
  specs: Readonly<Record<string, Pick<ArraySpec, 'shape'>>>,
  where: string,
): void {
  const missing = Object.keys(specs).filter((name) => !Object.hasOwn(arrays, name));
  const unexpected = Object.keys(arrays).filter((name) => !Object.hasOwn(specs, name));
  const misshapen = Object.keys(specs)
    .filter((name) => Object.hasOwn(arrays, name) && !sameShape(arrays[name].shape, specs[name].shape))
    .map((name) => `${name} is ${shapeText(arrays[name].shape)}, needed ${shapeText(specs[name].shape)}`);
  const faults = [list('missing', missing), list('unexpected', unexpected), list('wrong shape', misshapen)].filter(
    Boolean,
  );
  if (faults.length === 0) return;
  throw new SpotbenchError('bad-data', `${where}: not the weights of this model: ${faults.join('; ')}`);
}

function list(what: string, names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length === 0 ? '' : `${what}: ${shown}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
