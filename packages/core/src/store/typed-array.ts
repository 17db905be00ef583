import { SpotbenchError } from '../errors/spotbench-error.ts';

/** The bytes of `data` as float32, little-endian. @throws when the length is not a whole number of elements. */
export function float32From(data: Buffer, where: string): Float32Array {
  return new Float32Array(aligned(data, 4, where));
}

/** The bytes of `data` as uint32, little-endian. @throws when the length is not a whole number of elements. */
export function uint32From(data: Buffer, where: string): Uint32Array {
  return new Uint32Array(aligned(data, 4, where));
}

/** A copy at offset 0: a Buffer may start anywhere in a pool, a typed array only at a multiple of its element size. */
function aligned(data: Buffer, elementBytes: number, where: string): ArrayBuffer {
  if (data.byteLength % elementBytes !== 0) {
    throw new SpotbenchError(
      'damaged-artefact',
      `${where}: ${data.byteLength} bytes are not whole ${elementBytes}-byte numbers`,
    );
  }
  const copy = new ArrayBuffer(data.byteLength);
  new Uint8Array(copy).set(data);
  return copy;
}
