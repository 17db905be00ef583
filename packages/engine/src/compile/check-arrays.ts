import type { ArraySpec, HostArrays } from '../host-array.ts';
import { sizeOf } from './value.ts';

/**
 * Refuses arrays that are not what was compiled for: a missing or unknown name, another shape, type or length.
 * `what` says which set is checked, e.g. `input` or `state`.
 */
export function checkArrays(what: string, specs: Readonly<Record<string, ArraySpec>>, arrays: HostArrays): void {
  const unknown = Object.keys(arrays).filter((name) => !(name in specs));
  if (unknown.length > 0) {
    throw new Error(`${what}: needed [${Object.keys(specs).join(', ')}], got unknown [${unknown.join(', ')}]`);
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (!(name in arrays))
      throw new Error(`${what} '${name}': needed ${text(spec)}, got nothing; pass it to every run`);
    checkArray(`${what} '${name}'`, spec, arrays[name]);
  }
}

function checkArray(where: string, spec: ArraySpec, array: HostArrays[string]): void {
  if (array.dtype !== spec.dtype || array.shape.join() !== spec.shape.join()) {
    throw new Error(`${where}: needed ${text(spec)}, got ${text(array)}; compile again for another shape`);
  }
  if (array.data.length !== sizeOf(spec.shape)) {
    throw new Error(`${where}: ${text(spec)} needs ${sizeOf(spec.shape)} elements, got ${array.data.length}`);
  }
}

const text = ({ dtype, shape }: ArraySpec): string => `${dtype}[${shape.join(', ')}]`;
