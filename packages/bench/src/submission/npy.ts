import { SpotbenchError } from '@spotbench/core';

const MAGIC = '\x93NUMPY';

/**
 * A two-dimensional array of float32 or float64 as numpy.save writes it, little-endian, row-major.
 *
 * Source: the .npy format, versions 1.0 to 3.0 (numpy.lib.format).
 * @throws SpotbenchError `bad-data` for anything else, naming what was found.
 */
export function parseNpy(bytes: Buffer, where: string): { rows: number; columns: number; values: Float64Array } {
  const bad = (what: string): never => {
    throw new SpotbenchError('bad-data', `${where}: ${what}; save it with numpy.save(path, array.astype("float32"))`);
  };
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== MAGIC) bad('needed a .npy file, found other bytes');
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, end);
  const field = (name: string, pattern: string): string =>
    new RegExp(`'${name}': ${pattern}`).exec(header)?.[1] ?? bad(`no ${name} in its header`);
  const type = field('descr', "'([^']*)'");
  if (type !== '<f4' && type !== '<f8') bad(`needed float32 or float64 ('<f4', '<f8'), found '${type}'`);
  if (field('fortran_order', '(True|False)') === 'True')
    bad('needed rows one after the other, found columns (order F)');
  const shape = field('shape', '\\(([^)]*)\\)')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean)
    .map(Number);
  if (shape.length !== 2) bad(`needed 2 dimensions, spots x genes, found ${shape.length}`);
  const [rows, columns] = shape;
  const size = type === '<f4' ? 4 : 8;
  if (bytes.length - end !== rows * columns * size)
    bad(`needed ${rows} x ${columns} x ${size} bytes after its header, found ${bytes.length - end}`);
  const read = (k: number): number => (size === 4 ? bytes.readFloatLE(end + 4 * k) : bytes.readDoubleLE(end + 8 * k));
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, (_, k) => read(k)) };
}
